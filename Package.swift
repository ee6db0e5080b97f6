// swift-tools-version:6.2
import PackageDescription

/// One place for the strictness of every target of ours.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let http2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let http2Types = Target.Dependency.product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras")
let tls = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let certificates = Target.Dependency.product(name: "X509", package: "swift-certificates")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

let package = Package(
  name: "fieldsurvey",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "SyncCore", targets: ["SyncCore"]),
    .library(name: "SyncKit", targets: ["SyncKit"]),
    .executable(name: "fieldsurvey", targets: ["fieldsurvey"]),
    .executable(name: "sync-benchmark", targets: ["SyncBenchmark"]),
    .executable(name: "figure-benchmark", targets: ["FigureBenchmark"]),
    .executable(name: "relay-load", targets: ["RelayLoad"]),
    .executable(name: "relay-benchmark", targets: ["RelayBenchmark"]),
    .executable(name: "simulate", targets: ["simulate"]),
  ],
  traits: [
    .trait(name: "PostgreSQL", description: "The relay's log may stand in PostgreSQL. Who builds clients alone needs no libpq without it."),
    .default(enabledTraits: ["PostgreSQL"]),
  ],
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    .package(url: "https://github.com/apple/swift-nio-http2", exact: "1.46.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
    .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", exact: "1.5.0"),
  ],
  targets: [
    // The system's C libraries: a module map and a shim header each.
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CKeyring"),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CXlsxWriter", pkgConfig: "xlsxwriter", providers: [.apt(["libxlsxwriter-dev"])]),
    .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
    .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
    .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
    .systemLibrary(name: "CQrencode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
    .systemLibrary(name: "CPango", pkgConfig: "pangocairo", providers: [.apt(["libpango1.0-dev"])]),
    // Pure: identity, clocks, changesets, contexts, the merge rules, the encoding, the exchange as a state machine.
    .target(name: "SyncCore", swiftSettings: strict),
    // Files by what they hold, in a folder, each there whole or not at all.
    .target(name: "SyncBlobs", dependencies: [crypto], swiftSettings: strict),
    // The library people use: a replica over SQLite, attachments, bundles and the transports.
    .target(
      name: "SyncKit", dependencies: ["SyncBlobs", "SyncCore", "CSQLite", "CCurl", "CZstd", grdb, crypto, cryptoExtras],
      swiftSettings: strict),
    // The relay without HTTP: enrolment, access, a durable log and blobs. It merges nothing.
    .target(
      name: "SyncRelay",
      dependencies: [
        "SyncBlobs", "SyncCore", "CSQLite", "CZstd", .target(name: "CPostgres", condition: .when(traits: ["PostgreSQL"])), grdb, crypto,
      ],
      swiftSettings: strict),
    // The relay behind HTTP: routes, limits and TLS.
    .target(
      name: "SyncServer", dependencies: ["SyncRelay", "SyncCore", hummingbird, http2, http2Types, tls, logging, lifecycle],
      swiftSettings: strict),
    // The survey's domain: enterprises, instruments, assessments, diagnoses, needs, ratings, reports.
    .target(name: "SurveyModel", dependencies: ["SyncKit", "SyncBlobs", grdb], resources: [.copy("Resources")], swiftSettings: strict),
    // Reads and writes office files: CSV, XLSX, GeoJSON, the national platform's JSON.
    .target(
      name: "SurveyFiles", dependencies: ["SurveyModel", "SyncKit", "SyncCore", "CXlsxWriter", "CZip", "CExpat", "CTurboJPEG"],
      swiftSettings: strict),
    // The only maker of HTML.
    .target(name: "SurveyWeb", dependencies: ["SurveyModel", "SyncKit"], swiftSettings: strict),
    // Lays reports out on paper: PDF by Pango and Cairo.
    .target(name: "SurveyPrint", dependencies: ["SurveyModel", "CPango"], swiftSettings: strict),
    // The composition root of client, daemon, relay and office; the only place that prints.
    .executableTarget(
      name: "fieldsurvey",
      dependencies: [
        "SurveyPrint", "SurveyWeb", "SurveyFiles", "SurveyModel", "SyncServer", "SyncRelay", "SyncKit", "SyncBlobs", "SyncCore",
        "CKeyring", "CQrencode", grdb,
        arguments, logging,
      ],
      swiftSettings: strict),
    // For tests only: a disk beneath SQLite that forgets, fails and is full.
    .target(name: "SimulatedDisk", dependencies: ["CSQLite"], swiftSettings: strict),
    // For tests only: worlds of replicas, a relay and bad networks under one seed, with their judge. No shipped product depends on it.
    .target(name: "SyncSimulator", dependencies: ["SimulatedDisk", "SyncRelay", "SyncKit", "SyncCore", grdb], swiftSettings: strict),
    .executableTarget(name: "simulate", dependencies: ["SyncSimulator"], swiftSettings: strict),
    // Speed and size as ratios within one run.
    .executableTarget(
      name: "SyncBenchmark", dependencies: ["SyncKit", "SyncBlobs", "SyncCore", "CSQLite", "CZstd", grdb], path: "Benchmarks/SyncBenchmark",
      swiftSettings: strict),
    .executableTarget(
      name: "FigureBenchmark", dependencies: ["SurveyModel", "SyncKit", grdb], path: "Benchmarks/FigureBenchmark", swiftSettings: strict),
    // A night of many laptops against the program itself.
    .executableTarget(
      name: "RelayLoad",
      dependencies: [
        "TestPostgres", "SurveyModel", "SyncRelay", "SyncKit", "SyncBlobs", "SyncCore", "CPostgres", "CSQLite", grdb, arguments,
      ],
      path: "Benchmarks/RelayLoad", swiftSettings: strict),
    // How quick the relay takes pushes in, against how quick its store appends.
    .executableTarget(
      name: "RelayBenchmark", dependencies: ["TestPostgres", "SyncRelay", "SyncKit", "SyncCore", "CPostgres", grdb],
      path: "Benchmarks/RelayBenchmark", swiftSettings: strict),
    // For tests only: authorities and certificates.
    .target(name: "TestCertificates", dependencies: [crypto, certificates], path: "Tests/TestCertificates", swiftSettings: strict),
    // For tests only: real PostgreSQL servers in temporary folders.
    .target(name: "TestPostgres", path: "Tests/TestPostgres", swiftSettings: strict),
    // Tests mirror Sources.
    .testTarget(name: "SyncCoreTests", dependencies: ["SyncCore"], swiftSettings: strict),
    // The laws of whatever decodes; scripts/fuzz compiles them with Fuzz and the decoders alone.
    .testTarget(name: "DecoderTests", dependencies: ["SurveyModel", "SyncKit", "SyncCore"], swiftSettings: strict),
    .testTarget(
      name: "SyncKitTests",
      dependencies: ["SimulatedDisk", "SyncSimulator", "SyncRelay", "SyncKit", "SyncBlobs", "SyncCore", "CSQLite", grdb],
      swiftSettings: strict),
    .testTarget(name: "ReliabilityTests", dependencies: ["SyncSimulator", "SyncKit"], swiftSettings: strict),
    .testTarget(
      name: "SyncRelayTests",
      dependencies: [
        "TestCertificates", "TestPostgres", "SurveyModel", "SyncRelay", "SyncServer", "SyncKit", "SyncBlobs", "SyncCore", "CCurl", grdb,
        tls,
      ],
      swiftSettings: strict),
    .testTarget(
      name: "SurveyModelTests", dependencies: ["SurveyModel", "SyncKit", "SyncBlobs", grdb], resources: [.copy("Fixtures")],
      swiftSettings: strict),
    .testTarget(
      name: "SurveyFilesTests", dependencies: ["SurveyFiles", "SurveyModel", "SyncKit", "CXlsxWriter", "CZip", "CTurboJPEG", grdb],
      swiftSettings: strict),
    .testTarget(name: "SurveyWebTests", dependencies: ["SurveyWeb", "SurveyModel", "SyncKit"], swiftSettings: strict),
    .testTarget(name: "SurveyPrintTests", dependencies: ["SurveyPrint", "SurveyModel", "SyncKit"], swiftSettings: strict),
    .testTarget(
      name: "CommandLineTests", dependencies: ["fieldsurvey", "TestCertificates", "TestPostgres", arguments], swiftSettings: strict),
  ]
)
