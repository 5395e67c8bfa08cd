import ArgumentParser
import FolderMerge

/// What `wgit merge` takes when the result goes to a folder instead of a branch.
struct StandaloneMergeOptions: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: ArgumentHelp("Make a folder with the merged model instead of a commit.", valueName: "folder"))
  var output: String?

  @Option(help: ArgumentHelp("Merge as a mergekit YAML file says; with --output.", valueName: "file.yml"))
  var config: String?

  @Option(help: ArgumentHelp("Threads; without it WGIT_THREADS, else all processors.", valueName: "count"))
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "The largest file of weights: 5GB, 500MB; without it, files as the base has them.", valueName: "size"))
  var shardSize: String?

  @Option(
    help: ArgumentHelp(
      "Tensors that not all models have, if no base tells why.", valueName: "what"))
  var missing: MergeRequest.MissingTensors = .refuse

  @Option(
    help: ArgumentHelp(
      "For --strategy fisher: a file with the diagonal of a model's Fisher information, tensors named as the model's; one for each model in their order, or MODEL=FILE.",
      valueName: "file"))
  var fisher: [String] = []

  @Option(
    help: ArgumentHelp(
      "For --strategy regmean: a file with the Gram matrices XᵀX/n of the inputs of a model's linear layers, under the names of their weights; one for each model in their order, or MODEL=FILE.",
      valueName: "file"))
  var gram: [String] = []

  @Flag(help: "Replace the output of an earlier merge.")
  var force = false

  /// Whether a folder is to be made.
  var isChosen: Bool { output != nil || config != nil }

  func validate() throws {
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads is a number from 1 to 256, not \(threads).")
    }
    if let shardSize, StandaloneMergeOptions.byteCount(shardSize) == nil {
      throw ValidationError("'\(shardSize)' is no size; write 5GB or 500MB.")
    }
    guard !isChosen else { return }
    let only: [(String, Bool)] = [
      ("--threads", threads != nil), ("--shard-size", shardSize != nil), ("--force", force),
      ("--missing", missing != .refuse), ("--fisher", !fisher.isEmpty), ("--gram", !gram.isEmpty),
    ]
    if let option = only.first(where: \.1) { throw ValidationError("\(option.0) needs --output.") }
  }

  /// What was said of models beside their weights.
  var companions: [CompanionArguments] {
    [CompanionArguments(name: "fisher", texts: fisher), CompanionArguments(name: "gram", texts: gram)]
      .filter { !$0.texts.isEmpty }
  }

  var maximumShardByteCount: Int? { shardSize.flatMap(StandaloneMergeOptions.byteCount) }

  /// `5GB`, `500MB`, `4GiB`, `1000000`: decimal units as transformers has them, binary ones with an i.
  static func byteCount(_ text: String) -> Int? {
    let units: [(String, Int)] = [
      ("KIB", 1 << 10), ("MIB", 1 << 20), ("GIB", 1 << 30), ("TIB", 1 << 40), ("KB", 1000), ("MB", 1_000_000),
      ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("B", 1),
    ]
    let upper = text.uppercased()
    let unit = units.first { upper.hasSuffix($0.0) }
    let digits = unit.map { String(upper.dropLast($0.0.count)) } ?? upper
    guard let number = Double(digits), number > 0 else { return nil }
    let count = number * Double(unit?.1 ?? 1)
    return count >= 1 && count < 0x1p62 ? Int(count) : nil
  }
}

extension MergeRequest.MissingTensors: ExpressibleByArgument {}
