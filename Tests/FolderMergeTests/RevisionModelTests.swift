import FolderMerge
import Foundation
import Merging
import Testing
import WeightStore

/// Models of a repository's commits.
struct RevisionModelTests {
  private let folder: TestFolder
  private let repository: Repository
  private static let signature = Commit.Signature(
    name: "Ada", email: "ada@example.org", unixSeconds: 1_700_000_000, zoneMinutes: 60)

  /// Two commits of a sharded model in `models/m`, the second on a branch `tuned`; and the same files outside.
  init() throws {
    folder = try TestFolder()
    let settings = Repository.Settings(workerCount: 2, lockTimeoutSeconds: 5, now: { 1_700_000_000 })
    try folder.write("", to: "repository/.keep")
    repository = try Repository.initialize(at: folder.path("repository"), initialBranch: "main", settings: settings)
    for (seed, branch) in [(UInt64(1), "main"), (2, "tuned")] {
      for place in ["repository/models/m", "outside/\(branch)"] {
        try folder.write(
          [try TestTensor("big", [600, 1000], numbers(600_000, seed: seed))],
          to: "\(place)/model-00001-of-00002.safetensors")
        try folder.write(
          [try TestTensor("w", [3], numbers(3, seed: seed + 9))], to: "\(place)/model-00002-of-00002.safetensors")
        try folder.write("{\"of\": \"\(branch)\"}", to: "\(place)/config.json")
      }
      _ = try repository.add([nil])
      let commit = try repository.commit(
        message: branch, author: RevisionModelTests.signature, committer: RevisionModelTests.signature)
      if branch == "tuned" { try repository.createBranch("tuned", at: commit.id) }
    }
  }

  private func input(_ text: String) throws -> ModelInput {
    try ModelReference(repository) { try RelativePath($0) }.input(text)
  }

  private func merge(_ models: [ModelInput], to output: String) throws -> [UInt8] {
    let request = MergeRequest(models: models, base: nil, strategy: try MergeStrategy(parsing: "ratatouille"))
    var planner = try MergePlanner(request)
    var options = MergeRun.Options()
    options.threadCount = 2
    let merge = StandaloneMerge(
      try planner.plan(), base: nil, models: models, record: MergeRecord(request))
    _ = try merge.run(to: folder.path(output), replacing: false, version: "test", options: options)
    return try folder.read("\(output)/model-00001-of-00002.safetensors")
      + folder.read("\(output)/model-00002-of-00002.safetensors")
  }

  @Test(arguments: [
    ["main~1", "main"], ["main~1:models/m", "tuned:models/m/"], ["models/m@main~1", "models/m@tuned"],
    ["HEAD~1", "tuned"],
  ])
  func revisionsGiveWhatTheirFilesGive(_ names: [String]) throws {
    let outside = try ["outside/main", "outside/tuned"].map(folder.model)
    #expect(try merge(names.map(input), to: "a") == merge(outside, to: "b"))
    #expect(try folder.read("a/config.json") == folder.read("outside/main/config.json"))
  }

  @Test func aFileOfARevision() throws {
    let model = try input("tuned:models/m/model-00002-of-00002.safetensors")
    #expect(model.tensorNames == ["w"])
  }

  @Test(arguments: ["nothing", "main:nothing", "nothing:models/m", "main:../m", "models/m@nothing"])
  func whatIsNotThere(_ name: String) {
    #expect(throws: (any Error).self) { try input(name) }
  }

  /// A folder on disk is meant before a revision of the same name.
  @Test func theDiskComesFirst() throws {
    #expect(try input(folder.path("outside/main")).model.configuration?["of"] == "main")
  }
}
