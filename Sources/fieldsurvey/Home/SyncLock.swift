import Foundation

/// Lets one process at a time sync a home, or serve its relay; the kernel drops it when its holder ends, however that comes.
final class SyncLock {
  /// What is done by one process at a time; each has a file of its own in the home.
  enum Purpose: String {
    case sync
    case serve
    case migrate
    case backup
    case daemon
  }

  private let descriptor: Int32

  /// Takes the lock.
  /// - Parameters:
  ///   - purpose: for what.
  ///   - wait: how many seconds to wait for another process.
  /// - Throws: a failure that names the process which holds it.
  init(_ home: Home, _ purpose: Purpose = .sync, wait: Double) throws {
    let path = home.lockFile(purpose).path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw PrivateFile.failure(errno, path) }
    let deadline = Date().addingTimeInterval(wait)
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let reason = errno
      guard reason == EWOULDBLOCK || reason == EINTR else {
        close(descriptor)
        throw Failure(posix: reason, path: path)
      }
      guard Date() < deadline else {
        let holder = Self.holder(descriptor)
        close(descriptor)
        throw switch purpose {
        case .sync: Self.busy(holder)
        case .serve, .migrate, .backup: Self.serving(holder)
        case .daemon: Self.daemonRuns(holder)
        }
      }
      usleep(100_000)
    }
    // Who holds it is written for people; the lock itself is the kernel's.
    let text = Array("\(getpid())\n".utf8)
    _ = ftruncate(descriptor, 0)
    _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  deinit { close(descriptor) }

  /// Whether a process holds a lock now.
  static func isHeld(_ home: Home, _ purpose: Purpose) -> Bool {
    let descriptor = open(home.lockFile(purpose).path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  private static func daemonRuns(_ holder: String) -> Failure {
    Failure(
      "daemon-runs", .tryLater, Text("后台同步已在运行(进程 \(holder))。", "The daemon runs already, as process \(holder)."), kept: Failure.allKept,
      next: Text("不必再启动;用 fieldsurvey status 查看它。", "There is no need for another; fieldsurvey status tells of it."),
      details: ["process": holder])
  }

  private static func holder(_ descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 32)
    let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static func serving(_ holder: String) -> Failure {
    Failure(
      "serving", .tryLater, Text("进程 \(holder) 正在使用这个目录的中继。", "Process \(holder) is at this home's relay."), kept: Failure.nothingChanged,
      next: Text(
        "请先停止它:systemctl stop fieldsurvey-relay,或 kill \(holder)。", "Stop it first: systemctl stop fieldsurvey-relay, or kill \(holder)."),
      details: ["process": holder])
  }

  private static func busy(_ holder: String) -> Failure {
    Failure(
      "busy", .tryLater, Text("进程 \(holder) 正在同步这个目录。", "Process \(holder) is syncing this home."), kept: Failure.allKept,
      next: Text("稍后再试,或加 --wait SECONDS 等待。", "Try later, or wait with --wait SECONDS."), details: ["process": holder])
  }
}
