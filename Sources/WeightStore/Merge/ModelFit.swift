import Checkpoints
import Documents
import Tensors

/// What stands beside a merged model, made to fit its weights: the tokenizer where the vocabularies were united, the rows
/// that `config.json` counts, the type that it names. A configuration that would no longer fit is a conflict.
struct ModelFit {
  private let model: MergePlan.Model
  private let versions: MergeVersions
  private let request: Repository.MergeRequest
  private let repository: Repository

  private var context: ModelContext { model.context }

  init(
    _ model: MergePlan.Model, _ versions: MergeVersions, _ request: Repository.MergeRequest, _ repository: Repository
  ) {
    self.model = model
    self.versions = versions
    self.request = request
    self.repository = repository
  }

  func apply(to plan: inout MergePlan) throws {
    // A model that is not merged tensor by tensor, or not yet.
    guard !model.tensors.isEmpty, plan.tensorConflicts.allSatisfy({ $0.model != model.key }) else { return }
    if let vocabulary = context.vocabulary { try unite(vocabulary, in: &plan) }
    try edit("config.json", in: &plan, deciding: ["vocab_size", "text_config.vocab_size"], described)
    try check(in: &plan)
  }

  /// The rows of tensors that were aligned by token.
  private var alignedRowCount: Int? {
    model.tensors.lazy.compactMap { tensor in
      guard case .compute(let computation) = tensor.outcome, computation.alignment != nil else { return nil }
      return computation.tensor.shape.dimensions.first
    }.first
  }

  // MARK: - Vocabulary

  private func unite(_ vocabulary: MergedVocabulary, in plan: inout MergePlan) throws {
    guard let place = try place(TokenizerFile.fileName, in: plan) else { return }
    let isRenumbered = alignedRowCount != nil
    let status = plan.files[place].status
    guard isRenumbered || status == .both || status == .addedBoth else { return }
    let order = Array(versions.sideIndices) + versions.modelIndices + [0]
    let path = plan.files[place].path
    if let whole = order.first(where: { vocabulary.isWhole($0) && versions.all[$0].entries[path] != nil }) {
      plan.files[place].settle(versions.all[whole].entries[path])
    } else {
      plan.files[place].rewrite(vocabulary.union.tokenizerBytes(), isExecutable: false)
      for name in ["vocab.json", "vocab.txt", "added_tokens.json", "merges.txt"] {
        guard let other = try self.place(name, in: plan), [.both, .addedBoth].contains(plan.files[other].status) else {
          continue
        }
        plan.files[other].refuse(["tokens were added on several sides: make it anew from \(TokenizerFile.fileName)"])
      }
    }
    try edit("tokenizer_config.json", in: &plan, deciding: ["added_tokens_decoder"]) { value in
      guard let decoder = try baseDecoder() else { return value }
      let own = value.setting(["added_tokens_decoder"], to: decoder)
      let bytes = try vocabulary.union.configurationBytes(own.compactBytes())
      return try JSONParser.parse(bytes)
    }
    if isRenumbered { plan.notes.append(.alignedRows(model.key, tokenCount: vocabulary.union.ids.count)) }
  }

  /// The added tokens as the base numbers them.
  private func baseDecoder() throws -> JSONValue? {
    let path = try model.key.beside("tokenizer_config.json")
    guard let entry = versions.all[0].entries[path], entry.kind == .file else { return nil }
    return try? JSONParser.parse(repository.contents(of: entry))["added_tokens_decoder"]
  }

  // MARK: - Configuration

  /// The configuration with what follows from the merge.
  private func described(_ value: JSONValue) -> JSONValue {
    var value = value
    if let rows = alignedRowCount {
      for path in [["vocab_size"], ["text_config", "vocab_size"]] where value.member(at: path) != nil {
        value = value.setting(path, to: .integer(Int64(rows)))
      }
    }
    let names: [DType: String] = [.f64: "float64", .f32: "float32", .bf16: "bfloat16", .f16: "float16"]
    if let name = request.specification.dtype.flatMap({ names[$0] }) {
      for key in ["torch_dtype", "dtype"] where value[key]?.stringValue != nil {
        value = value.setting([key], to: .string(name))
      }
    }
    return value
  }

  /// Changes a JSON file of the result.
  ///
  /// - Parameter decided: members that the change decides, should the sides disagree on them alone.
  private func edit(
    _ name: String, in plan: inout MergePlan, deciding decided: Set<String>, _ change: (JSONValue) throws -> JSONValue
  ) throws {
    guard let place = try place(name, in: plan) else { return }
    let file = plan.files[place]
    let bytes: [UInt8]
    var isExecutable = false
    switch file.outcome {
    case .take(let entry):
      bytes = try repository.contents(of: entry)
      isExecutable = entry.isExecutable
    case .merged(let merged, let mode): (bytes, isExecutable) = (merged, mode)
    case .delete: return
    case .conflict:
      guard case .members(let members) = file.conflict, let undecided = file.undecided,
        members.allSatisfy({ member in decided.contains { member == $0 || member.hasPrefix($0 + ".") } })
      else { return }
      let value = try change(undecided)
      // Whoever decides nothing leaves the conflict.
      guard value != undecided || alignedRowCount != nil else { return }
      return plan.files[place].rewrite(Array((value.prettyString() + "\n").utf8), isExecutable: isExecutable)
    }
    guard let old = try? JSONParser.parse(bytes), old.objectValue != nil else { return }
    let new = try change(old)
    guard new != old else { return }
    plan.files[place].rewrite(JSONText.bytes(new, like: bytes), isExecutable: isExecutable)
  }

  /// Refuses a configuration that would not fit where that of some side does.
  private func check(in plan: inout MergePlan) throws {
    guard let place = try place("config.json", in: plan), let made = try configuration(plan.files[place]) else {
      return
    }
    var tensors: [TensorName: MergePlan.Tensor.Outcome] = [:]
    for tensor in model.tensors { tensors[TensorName(tensor.name)] = tensor.outcome }
    let faults = ConfigurationFaults.find(in: made, shapes) { output, input in
      guard let output = tensors[TensorName(output)], let input = tensors[TensorName(input)] else { return false }
      return TiedTensors.areTied(output, input)
    }
    var excused = Set(faults.keys)
    for side in versions.sideIndices {
      guard let configuration = context.configuration(side), let version = context.group.versions[side] else {
        continue
      }
      let own = version.files.flatMap { $0.manifest.tensors.map { (name: $0.tensor.name, shape: $0.tensor.shape) } }
      let known = ConfigurationFaults.find(in: configuration, own) { output, input in
        version.tensors[TensorName(output)]?.segment.chunks == version.tensors[TensorName(input)]?.segment.chunks
      }
      excused.formIntersection(known.keys)
    }
    let reasons = faults.filter { !excused.contains($0.key) }.sorted { $0.key < $1.key }.map(\.value)
    if !reasons.isEmpty { plan.files[place].refuse(reasons) }
  }

  private var shapes: [(name: String, shape: Shape)] {
    model.tensors.compactMap { tensor in
      switch tensor.outcome {
      case .take(let place): place.segment.tensor.map { (tensor.name, $0.shape) }
      case .compute(let computation): (tensor.name, computation.tensor.shape)
      case .delete, .conflict: nil
      }
    }
  }

  private func configuration(_ file: FileMerge) throws -> JSONObject? {
    switch file.outcome {
    case .take(let entry): try? JSONParser.parse(repository.contents(of: entry)).objectValue
    case .merged(let bytes, _): try? JSONParser.parse(bytes).objectValue
    case .delete, .conflict: nil
    }
  }

  /// Where a file beside the model stands in the plan; `nil` if a person made it.
  private func place(_ name: String, in plan: MergePlan) throws -> Int? {
    let path = try model.key.beside(name)
    guard request.filesMadeByHand[path] == nil else { return nil }
    return plan.files.firstIndex { $0.path == path }
  }
}
