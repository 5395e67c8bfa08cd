// swift-tools-version: 6.2
import PackageDescription

// The map of the project. docs/architecture.md says what each target is for and which way the arrows point.

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
  name: "wgit",
  products: [.executable(name: "wgit", targets: ["wgit"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    // System libraries.
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CMalloc"),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "CImageDecoders", cSettings: [.unsafeFlags(["-O2", "-Werror"])]),
    .target(name: "COpenBLAS", cSettings: [.unsafeFlags(["-O2", "-Werror"])]),
    // The inner loops of training, for several instruction sets.
    .target(name: "CLayerKernels", cSettings: [.unsafeFlags(["-O3", "-Wall", "-Wextra", "-Werror"])]),

    .target(name: "CFloatKernels", cSettings: [.unsafeFlags(["-O3", "-Werror"])]),

    // Bottom layer: values and the readers of hostile input.
    .target(name: "Tensors", dependencies: ["CFloatKernels", "COpenBLAS"], swiftSettings: strict),
    .target(name: "Documents", dependencies: [yams], swiftSettings: strict),
    .target(name: "Checkpoints", dependencies: ["Documents", "Tensors"], swiftSettings: strict),
    .target(name: "Statistics", dependencies: ["Tensors"], swiftSettings: strict),
    .target(name: "Tokenizers", dependencies: ["Documents"], swiftSettings: strict),

    // What wgit can do.
    .target(
      name: "WeightStore", dependencies: ["CCrypto", "CZlib", "Checkpoints", "Documents", "Tensors", grdb],
      swiftSettings: strict),
    .target(name: "Merging", dependencies: ["CFloatKernels", "Tensors"], swiftSettings: strict),
    .target(
      name: "FolderMerge", dependencies: ["Checkpoints", "Documents", "Merging", "Tensors", "WeightStore"],
      swiftSettings: strict),
    .target(
      name: "Trainer",
      dependencies: [
        "CImageDecoders", "CLayerKernels", "COpenBLAS", "CZlib", "Checkpoints", "Documents", "Statistics", "Tensors",
        "Tokenizers",
      ],
      swiftSettings: strict),
    .target(name: "Reports", dependencies: [], swiftSettings: strict),

    // What a person types.
    .executableTarget(
      name: "wgit",
      dependencies: [
        "CMalloc", "Checkpoints", "Documents", "FolderMerge", "Merging", "Reports", "Statistics", "Tokenizers",
        "Trainer", "WeightStore",
        argumentParser,
      ],
      swiftSettings: strict),

    .testTarget(
      name: "TensorsTests", dependencies: ["CFloatKernels", "Tensors"], exclude: ["Golden"], swiftSettings: strict),
    .testTarget(name: "StatisticsTests", dependencies: ["Statistics"], exclude: ["Golden"], swiftSettings: strict),
    .testTarget(name: "DocumentsTests", dependencies: ["Documents"], swiftSettings: strict),
    .testTarget(
      name: "CheckpointsTests", dependencies: ["Checkpoints", "Documents", "Tensors"], exclude: ["Golden"],
      swiftSettings: strict),
    .testTarget(name: "TokenizersTests", dependencies: ["Tokenizers"], exclude: ["Golden"], swiftSettings: strict),
    .testTarget(
      name: "MergingTests", dependencies: ["Merging", "Tensors"], exclude: ["Golden"], swiftSettings: strict),
    .testTarget(
      name: "FolderMergeTests",
      dependencies: ["Checkpoints", "Documents", "FolderMerge", "Merging", "Tensors", "WeightStore"],
      exclude: ["Golden"],
      swiftSettings: strict),
    .testTarget(
      name: "TrainerTests", dependencies: ["Trainer", "Documents", "Statistics", "Tensors", "Tokenizers"],
      exclude: ["Golden"], swiftSettings: strict),
    .testTarget(
      name: "WeightStoreTests", dependencies: ["Checkpoints", "Documents", "Tensors", "WeightStore", grdb],
      exclude: ["Fixtures", "Golden"], swiftSettings: strict),
    .testTarget(name: "ProjectTests", dependencies: [], swiftSettings: strict),
    .testTarget(name: "ReportsTests", dependencies: ["Reports"], exclude: ["Golden"], swiftSettings: strict),
    // Drives the built program through crashes, full disks and broken calls. Needs a C compiler at run time.
    .testTarget(
      name: "FaultTests", dependencies: ["wgit", "FuzzedParsers", "WeightStore", grdb], exclude: ["Shim"],
      swiftSettings: strict),
    // Every parser of foreign bytes behind one function, for the fuzzer and for the inputs that are kept.
    .target(
      name: "FuzzedParsers", dependencies: ["Checkpoints", "Documents", "Tokenizers", "Trainer", "WeightStore"],
      path: "Tests/Fuzzing/Parsers", swiftSettings: strict),
    .testTarget(
      name: "wgitTests",
      dependencies: ["wgit", "Checkpoints", "Documents", "Merging", "Tensors", "Trainer", "WeightStore"],
      exclude: ["Transcripts"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)

// Built by scripts/fuzz alone: its program has libFuzzer's entry point.
if Context.environment["WGIT_FUZZ"] != nil {
  package.products.append(.executable(name: "fuzzer", targets: ["Fuzzer"]))
  package.targets.append(
    .executableTarget(
      name: "Fuzzer", dependencies: ["Documents", "FuzzedParsers", "WeightStore"], path: "Tests/Fuzzing/Fuzzer",
      swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]))
}
