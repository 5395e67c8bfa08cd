import Foundation
import Tensors
import Testing
import WeightStore

/// The same changes to tensors of a checkpoint and to files of a git tree: both merge alike.
@Suite(.enabled(if: RefNameTests.gitPath != nil, "compares with git"))
struct MergeAgainstGitTests {
  private typealias Version = [String: Int]
  private static let names = (0..<10).map { "t\($0)" }

  /// Random versions of ten tensors; many are as in the base, some are the same on both sides.
  private static func versions(_ random: inout DeterministicRandom) -> (base: Version, ours: Version, theirs: Version) {
    var base: Version = [:]
    for name in names where Int.random(in: 0..<4, using: &random) > 0 { base[name] = 0 }
    func changed() -> Version {
      var version = base
      for name in names {
        switch Int.random(in: 0..<10, using: &random) {
        case 0...1: version[name] = 1
        case 2: version[name] = 2
        case 3: version[name] = nil
        default: break
        }
      }
      return version
    }
    return (base, changed(), changed())
  }

  private static func model(_ version: Version) throws -> [UInt8] {
    // One tensor that nobody touches, so that there is always a file.
    try safetensors(
      [MergeProject.vector("always", [0])]
        + version.sorted { $0.key < $1.key }.map { MergeProject.vector($0.key, [Float($0.value)]) })
  }

  @Test(arguments: 1...6)
  func conflictsAndResultsAreThoseOfGit(_ seed: UInt64) throws {
    var random = DeterministicRandom(seed: seed)
    let (base, ours, theirs) = Self.versions(&random)
    let git = try GitRepository()
    let expected = try git.merge(base: base, ours: ours, theirs: theirs)
    let project = try MergeProject([MergeProject.path: Self.model(base)])
    // A file beside the model makes sure that there is something to commit.
    let left = try project.branch("theirs", [MergeProject.path: Self.model(theirs), "left": [1]])
    try project.branch("ours", [MergeProject.path: Self.model(ours), "right": [1]])
    switch try project.temporary.threeWay([left]) {
    case .conflicts(let plan): #expect(Set(plan.tensorConflicts.map(\.name)) == expected.conflicts)
    case .made(let outcome):
      #expect(expected.conflicts == [])
      let merged = try project.tensors(outcome.id).filter { $0.key != "always" }
      #expect(merged == expected.files.mapValues { littleEndian([Float($0)]) })
    }
  }
}

extension GitRepository {
  /// Merges trees of small files, one for each name.
  func merge(
    base: [String: Int], ours: [String: Int], theirs: [String: Int]
  ) throws -> (files: [String: Int], conflicts: Set<String>) {
    var stream = ""
    for (index, version) in [base, ours, theirs].enumerated() {
      stream += "commit refs/heads/v\(index)\nmark :\(index + 1)\ncommitter A <a@b> 1700000000 +0000\ndata 1\nm\n"
      stream += index == 0 ? "" : "from :1\ndeleteall\n"
      for (name, value) in version {
        // Contents that have nothing in common are no renames.
        let text = String(repeating: "\(name) \(value)\n", count: 1)
        stream += "M 100644 inline \(name)\ndata \(text.utf8.count)\n\(text)\n"
      }
      stream += "\n"
    }
    _ = try run(["fast-import", "--quiet"], input: stream)
    let output = try run(["-c", "merge.renames=false", "merge-tree", "--write-tree", "-z", "--name-only", "v1", "v2"])
    let parts = output.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
    let conflicts = Set(parts.dropFirst().prefix { !$0.isEmpty })
    var files: [String: Int] = [:]
    for line in try run(["ls-tree", "-r", "--name-only", parts[0]]).split(separator: "\n") {
      let content = try run(["show", "\(parts[0]):\(line)"])
      files[String(line)] = content.split(separator: " ").last.flatMap { Int($0.dropLast()) }
    }
    return (files, conflicts)
  }
}
