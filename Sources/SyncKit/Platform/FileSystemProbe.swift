import CSQLite

/// Tells the file systems whose locks SQLite cannot trust.
public struct FileSystemProbe: Sendable {
  /// The name of the network file system a folder lies on; nil for a local one.
  public let networkKind: @Sendable (String) -> String?

  public init(networkKind: @escaping @Sendable (String) -> String?) { self.networkKind = networkKind }

  /// Asks the kernel.
  public static let system = FileSystemProbe { path in
    networkKinds[csqlite_file_system(path)]
  }

  /// The kernel's magic numbers of network file systems (linux/magic.h and the file systems' own headers).
  private static let networkKinds: [UInt32: String] = [
    0x6969: "nfs", 0x517b: "smb", 0xff53_4d42: "cifs", 0xfe53_4d42: "smb2", 0x5346_414f: "afs", 0x7375_7245: "coda",
    0x564c: "ncp", 0x0102_1997: "9p", 0x00c3_6400: "ceph", 0x0bd0_0bd0: "lustre", 0x4750_4653: "gpfs",
  ]
}
