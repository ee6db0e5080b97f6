/// How much an office file may hold to be read. Each is far above a district's list, and far below what a machine cannot bear.
public struct FileLimits: Sendable {
  /// The file's size, in bytes.
  public var bytes = 32 << 20
  /// What the parts of a workbook that are read may unfold to, in bytes: a bomb of a megabyte unfolds to gigabytes.
  public var unpackedBytes = 128 << 20
  /// The rows that are not empty, the headings among them.
  public var rows = 20_001
  /// The columns up to the last that is not empty.
  public var columns = 200

  /// The usual limits.
  public init() {}
}
