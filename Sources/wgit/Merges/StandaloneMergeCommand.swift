import FolderMerge
import Glibc
import Merging
import Synchronization
import Tensors
import WeightStore

/// `wgit merge --output FOLDER`: from files, folders and revisions to a folder, without touching any branch.
struct StandaloneMergeCommand {
  let options: StandaloneMergeOptions
  let method: MergeMethodOptions
  let models: [String]
  /// Patterns of the tensors that are merged; empty for all.
  let only: [String]
  let output: MergeOutput
  let isDryRun: Bool

  func run() throws {
    guard let folder = options.output else {
      throw CommandError(.usage, "--config needs --output: the folder to make")
    }
    try checkAbsent(folder)
    let reference = try modelReference()
    let merge = try options.config.map { try fromConfiguration($0, reference) } ?? fromArguments(reference)
    if isDryRun { return StandaloneMergeView(folder: folder, output: output).print(try merge.outline) }
    Interruption.watch()
    let progress = MergeProgress(isQuiet: output != .text)
    var run = MergeRun.Options()
    run.threadCount = options.threads ?? Environment.threadCount
    run.isStrict = method.strict
    run.maximumShardByteCount = options.maximumShardByteCount
    run.progress = { progress.update($0) }
    run.isCancelled = { Interruption.isRequested }
    let report = try merge.run(to: folder, replacing: options.force, version: Wgit.version, options: run)
    progress.clear()
    StandaloneMergeView(folder: folder, output: output).print(report)
  }

  /// Found out before models are opened.
  private func checkAbsent(_ output: String) throws {
    guard !options.force, access(output, F_OK) == 0 else { return }
    throw FolderMergeError(.outputExists, "'\(output)' is there already", subjects: [output])
  }

  /// The repository is opened only if a model may stand in one.
  private func modelReference() throws -> ModelReference {
    let names = models + [method.base].compactMap(\.self) + options.companions.flatMap(\.texts)
    guard options.config != nil || names.contains(where: { access($0, F_OK) != 0 }) else {
      return ModelReference(nil) { _ in nil }
    }
    do {
      let repository = try Environment.openRepository()
      let paths = try UserPath(repository)
      return ModelReference(repository) { try paths.relative($0) }
    } catch let error as StoreError where error.code == .notARepository {
      return ModelReference(nil) { _ in nil }
    }
  }

  private func fromArguments(_ reference: ModelReference) throws -> StandaloneMerge {
    guard var parsed = try method.parsed() else {
      throw CommandError(
        .usage, "a merge to a folder needs a strategy",
        hint: "wgit merge --strategy ratatouille --output \(Terminal.escape(options.output ?? "FOLDER")) MODEL MODEL…")
    }
    guard !models.isEmpty else { throw CommandError(.usage, "there are no models to merge") }
    if parsed.recipe is LoRA { return try fromAdapters(parsed, reference) }
    if let weights = try weights(of: models) {
      try parsed.set(parsed.parameter("weight"), weights.map { .number($0) })
    }
    let base = try method.base.map { try reference.input($0) }
    let inputs = try CompanionArguments.apply(
      options.companions, to: models.map { try reference.input($0) }, parsed.recipe, reference)
    var request = MergeRequest(models: inputs, base: base, strategy: parsed)
    request.dtype = method.dtype
    request.seed = method.seed ?? 0
    request.missing = options.missing
    request.only = only.map(NamePattern.init)
    return try merge(request, MergeRecord(request))
  }

  private func merge(_ request: MergeRequest, _ record: MergeRecord) throws -> StandaloneMerge {
    var planner = try MergePlanner(request)
    let perModel = try request.strategy.modelParameters(count: request.models.count)
    let ingredients = zip(request.models, perModel).map { ($0.name, StandaloneMergeCommand.detail($1)) }
    return StandaloneMerge(
      try planner.plan(), base: request.base, models: request.models, ingredients: ingredients, record: record)
  }

  /// As `--weight 0.7,0.3` or `--weight a=0.7` say; nil if they say nothing.
  private func weights(of names: [String]) throws -> [Double]? {
    guard !method.weight.isEmpty else { return nil }
    var weights = names.map { _ in 1.0 }
    for text in method.weight {
      if let equals = text.lastIndex(of: "=") {
        let name = String(text[..<equals])
        guard let number = Double(text[text.index(after: equals)...]), number.isFinite else {
          throw CommandError(.usage, "'\(text)' is no weight", hint: "write --weight MODEL=0.3")
        }
        guard let index = names.firstIndex(of: name) else {
          throw CommandError(.usage, "'\(name)' has a weight but is not merged")
        }
        weights[index] = number
        continue
      }
      let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
      guard method.weight.count == 1, numbers.allSatisfy({ $0?.isFinite == true }) else {
        throw CommandError(.usage, "'\(text)' is no list of numbers", hint: "write --weight 0.7,0.3")
      }
      weights = numbers.compactMap(\.self)
    }
    return weights
  }

  /// `weight 0.3, density 0.5`.
  private static func detail(_ parameters: ParameterValues) -> String {
    parameters.values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.text)" }.joined(separator: ", ")
  }

  /// `lora`: adapters, on a base that is named or comes first, or joined to one adapter.
  private func fromAdapters(_ strategy: MergeStrategy, _ reference: ModelReference) throws -> StandaloneMerge {
    if let idle = options.companions.first { throw CommandError(.usage, "lora has no use for --\(idle.name)") }
    guard only.isEmpty else {
      throw CommandError(.usage, "adapters say themselves which tensors they change; --only does not go with lora")
    }
    var strategy = strategy
    let isBaseFirst = method.base == nil && !reference.isAdapter(models[0])
    let names = isBaseFirst ? Array(models.dropFirst()) : models
    if let weights = try weights(of: names) {
      try strategy.set(strategy.parameter("weight"), weights.map { .number($0) })
    }
    guard !names.isEmpty else {
      throw CommandError(
        .usage, "there is no adapter to apply", hint: "wgit merge --strategy lora --base MODEL --output FOLDER ADAPTER…"
      )
    }
    let weights = try strategy.modelParameters(count: names.count).map { $0[.weight] }
    return try adapters(
      zip(names, weights).map { (name: $0, weight: $1) }, base: method.base ?? (isBaseFirst ? models[0] : nil),
      dtype: method.dtype, record: nil, reference)
  }

  private func adapters(
    _ list: [(name: String, weight: Double)], base: String?, dtype: DType?, record: MergeRecord?,
    _ reference: ModelReference
  ) throws -> StandaloneMerge {
    let adapters = try list.map { ModelInput.WeightedAdapter(try reference.adapter($0.name), weight: $0.weight) }
    let record = record ?? MergeRecord(base: base, adapters: list, dtype: dtype)
    let ingredients = list.map { ($0.name, "weight \(ParameterValue.number($0.weight).text)") }
    guard let base else {
      return StandaloneMerge(try JoinedAdapter(adapters), ingredients: ingredients, record: record)
    }
    let (plan, model) = try AdapterMerge.plan(reference.input(base), adapters, dtype: dtype)
    return StandaloneMerge(plan, base: model, models: [], ingredients: ingredients, record: record)
  }

  /// A configuration file's text.
  private static func text(_ path: String) throws -> String {
    let file = try OpenFile.open(path, flags: O_RDONLY | O_NONBLOCK)
    guard try file.status().st_mode & S_IFMT == S_IFREG else {
      throw CommandError(.invalidData, "'\(path)' is no regular file")
    }
    let byteCount = try file.byteCount()
    guard byteCount <= 16 << 20 else {
      throw CommandError(.invalidData, "'\(path)' has \(byteCount) bytes, more than a configuration has")
    }
    return String(decoding: try file.read(at: 0, count: byteCount), as: UTF8.self)
  }

  private func fromConfiguration(_ path: String, _ reference: ModelReference) throws -> StandaloneMerge {
    guard method.strategy == nil, models.isEmpty, method.base == nil, method.weight.isEmpty,
      options.companions.isEmpty, options.missing == .refuse, only.isEmpty
    else {
      throw CommandError(.usage, "with --config the file alone says what is merged and how")
    }
    let text = try StandaloneMergeCommand.text(path)
    var configuration = try MergekitConfiguration(text, name: path)
    var changes: [String] = []
    if let dtype = method.dtype {
      configuration.dtype = dtype
      changes.append("--dtype \(dtype.rawValue)")
    }
    if let seed = method.seed {
      configuration.seed = seed
      changes.append("--seed \(seed)")
    }
    let record = MergeRecord(configuration: text, options: changes)
    if let list = configuration.adapters {
      return try adapters(list, base: configuration.base, dtype: configuration.dtype, record: record, reference)
    }
    if configuration.usesOwnRules { return try merge(configuration.request { try reference.input($0) }, record) }
    var planner = try MergekitPlanner(configuration) { try reference.input($0) }
    let plan = try planner.plan()
    let (base, others) = planner.models
    return StandaloneMerge(plan, base: base, models: others, record: record)
  }
}

/// The line that shows how far a merge is; updated from several threads.
final class MergeProgress: Sendable {
  private let line: Mutex<ProgressLine>
  private let start = ContinuousClock.now

  init(isQuiet: Bool) {
    line = Mutex(ProgressLine(isQuiet: isQuiet))
  }

  func update(_ fraction: Double) {
    line.withLock { $0.update(text(fraction)) }
  }

  func clear() {
    line.withLock { $0.clear() }
  }

  /// `merging [#######······]  54 %, 12 s left`
  private func text(_ fraction: Double) -> String {
    let width = 24
    let filled = Int(fraction * Double(width))
    let bar = String(repeating: "#", count: filled) + String(repeating: "·", count: width - filled)
    let elapsed = Double((ContinuousClock.now - start).components.seconds)
    let left =
      fraction > 0.02 && elapsed > 0 ? ", \(Int((elapsed / fraction * (1 - fraction)).rounded(.up))) s left" : ""
    return "merging [\(bar)] \(Format.decimal(fraction * 100, places: 0)) %\(left)"
  }
}
