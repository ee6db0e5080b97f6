import Synchronization
import TestPostgres
import Testing

/// Where a test's relay keeps its log.
enum StoreKind: String, CaseIterable, Sendable {
  case sqlite = "SQLite"
  case postgres = "PostgreSQL"

  /// What tests of ``bothStores`` are run with.
  @TaskLocal static var current = StoreKind.sqlite

  /// One server for all tests of a process.
  private static let shared = Mutex<Result<PostgresServer, any Error>?>(nil)
  private static let schemas = Mutex(0)

  static func server() throws -> PostgresServer {
    try shared.withLock { shared in
      let result = shared ?? Result { try PostgresServer() }
      shared = result
      return try result.get()
    }
  }

  /// The address of an empty database on that server.
  static func emptyDatabase() throws -> String {
    let name = schemas.withLock { schemas in
      schemas += 1
      return "t\(schemas)"
    }
    try server().run("CREATE SCHEMA \(name)")
    return try server().url(schema: name)
  }
}

/// Runs each test over every store: the same laws hold for all of them.
struct BothStores: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { true }

  func provideScope(for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void) async throws {
    guard testCase != nil else { return try await function() }
    for kind in StoreKind.allCases { try await StoreKind.$current.withValue(kind) { try await function() } }
  }
}

extension Trait where Self == BothStores {
  static var bothStores: Self { Self() }
}

extension Trait where Self == IssueHandlingTrait {
  /// Says of each failure over which store it was.
  static var namingStore: Self {
    .compactMapIssues { issue in
      var issue = issue
      let name = Comment(rawValue: "over \(StoreKind.current.rawValue)")
      if !issue.comments.contains(name) { issue.comments.append(name) }
      return issue
    }
  }
}
