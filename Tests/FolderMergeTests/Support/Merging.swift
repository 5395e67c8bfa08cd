import Documents
import FolderMerge
import Merging
import Tensors
import WeightStore

extension TestFolder {
  func model(_ name: String) throws -> ModelInput {
    try ModelReference(nil) { _ in nil }.input(path(name))
  }

  /// Merges models of this folder into a folder of it.
  @discardableResult
  func merge(
    _ models: [String], base: String? = nil, _ strategy: String = "ratatouille", to output: String = "out",
    threads: Int = 2, replacing: Bool = false,
    _ change: (inout MergeRequest, inout MergeRun.Options) -> Void = { _, _ in }
  ) throws -> MergeReport {
    var request = MergeRequest(
      models: try models.map(model), base: try base.map(model), strategy: try MergeStrategy(parsing: strategy))
    var options = MergeRun.Options()
    options.threadCount = threads
    change(&request, &options)
    var planner = try MergePlanner(request)
    let merge = StandaloneMerge(
      try planner.plan(), base: request.base, models: request.models, record: MergeRecord(request))
    return try merge.run(to: path(output), replacing: replacing, version: "test", options: options)
  }
}

extension TestFolder {
  /// Merges as the record of an earlier merge says.
  @discardableResult
  func mergeAgain(_ name: String, to output: String) throws -> MergeReport {
    let record = String(decoding: try read("\(name)/\(OutputFolder.recordName)"), as: UTF8.self)
    let request = try MergekitConfiguration(record, name: OutputFolder.recordName).request {
      try ModelReference(nil) { _ in nil }.input($0)
    }
    var planner = try MergePlanner(request)
    let merge = StandaloneMerge(
      try planner.plan(), base: request.base, models: request.models, record: MergeRecord(configuration: record))
    return try merge.run(to: path(output), replacing: false, version: "test", options: MergeRun.Options())
  }
}

/// Numbers from −1 to 1 that are always the same.
func numbers(_ count: Int, seed: UInt64) -> [Double] {
  let random = CounterRandom(seed: seed, stream: 0)
  return (0..<count).map { 2 * random.uniform(at: UInt64($0)) - 1 }
}
