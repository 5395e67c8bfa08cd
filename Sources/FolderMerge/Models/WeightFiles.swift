import Checkpoints
import WeightStore

/// Which files of a folder are its model's weights.
///
/// As transformers looks: `model.safetensors`; else what the index lists; else the one safetensors file, or the one
/// complete set of numbered shards, that is there.
struct WeightFiles {
  let files: [String]
  let index: ShardIndex?

  private static let singleFile = "model.safetensors"

  /// - Throws: `FolderMergeError.noWeights`, `.severalCheckpoints`, `.pickle`, `.quantized`, `.wrongKind`;
  ///   `.malformedModel` with the reader's error as cause.
  init(in folder: some ModelFolder) throws {
    let names = try folder.fileNames()
    let candidates = names.filter { ShardIndex.isSafe($0) }
    if candidates.contains(WeightFiles.singleFile) {
      self.init(files: [WeightFiles.singleFile], index: nil)
    } else if let index = try WeightFiles.index(in: folder, names) {
      self.init(files: index.files, index: index)
    } else if names.contains(AdapterFiles.configuration) {
      throw FolderMergeError(
        .wrongKind, "'\(folder.name)' is a LoRA adapter, not a whole model", subjects: [folder.name])
    } else {
      try self.init(withoutIndex: candidates, names, folder.name)
    }
  }

  private init(files: [String], index: ShardIndex?) {
    self.files = files
    self.index = index
  }

  private init(withoutIndex candidates: [String], _ names: [String], _ folder: String) throws {
    let stems = Dictionary(grouping: candidates.filter { ShardPlan.number(of: $0) != nil }) { name in
      ShardPlan.number(of: name).map { "\($0.stem) of \($0.count)" } ?? ""
    }
    let others = candidates.filter { ShardPlan.number(of: $0) == nil }
    if others.isEmpty, stems.count == 1, let set = stems.values.first, let first = ShardPlan.number(of: set[0]) {
      guard set.count == first.count else {
        throw FolderMergeError(
          .malformedModel, "'\(folder)' holds \(set.count) of the \(first.count) shards of '\(first.stem)'",
          subjects: set)
      }
      self.init(files: set.sorted(), index: nil)
    } else if candidates.count == 1 {
      self.init(files: candidates, index: nil)
    } else if candidates.isEmpty {
      throw ForeignFormat.refusal(of: names, in: folder)
        ?? FolderMergeError(.noWeights, "'\(folder)' holds no safetensors file", subjects: [folder])
    } else {
      throw FolderMergeError(
        .severalCheckpoints, "'\(folder)' holds \(candidates.count) safetensors files and no index",
        subjects: candidates)
    }
  }

  private static func index(in folder: some ModelFolder, _ names: [String]) throws -> ShardIndex? {
    let indexes = names.filter { $0.hasSuffix(ShardIndex.fileNameSuffix) }
    let preferred = WeightFiles.singleFile.replacingSuffix(".safetensors", with: ShardIndex.fileNameSuffix)
    guard let name = indexes.contains(preferred) ? preferred : indexes.first else { return nil }
    guard indexes.count == 1 || name == preferred else {
      throw FolderMergeError(
        .severalCheckpoints, "'\(folder.name)' holds \(indexes.count) indexes of sharded models", subjects: indexes)
    }
    do {
      let index = try ShardIndex(try folder.bytes(name) ?? [])
      guard !index.files.isEmpty else { throw CheckpointError(.badIndex, "the index lists no tensor") }
      return index
    } catch let error as CheckpointError {
      throw FolderMergeError(
        .malformedModel, "'\(folder.name)/\(name)': \(error.message)", subjects: [name], cause: error)
    }
  }
}

extension String {
  func replacingSuffix(_ suffix: String, with other: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) + other : self
  }
}
