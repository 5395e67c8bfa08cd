// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that building wgit does not build it. It compiles wgit's own source files, which it reaches
// through links: what is measured is what runs, and building takes seconds.

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "wgit-benchmarks",
  targets: [
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CFloatKernels", cSettings: [.unsafeFlags(["-O3", "-Werror"])]),
    .target(name: "Tensors", dependencies: ["CFloatKernels"], swiftSettings: strict),
    .target(name: "Merging", dependencies: ["CFloatKernels", "Tensors"], swiftSettings: strict),
    .executableTarget(name: "CodecBenchmark", dependencies: ["CZlib", "Tensors"], swiftSettings: strict),
    .executableTarget(name: "MergeBenchmark", dependencies: ["Merging", "Tensors"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
