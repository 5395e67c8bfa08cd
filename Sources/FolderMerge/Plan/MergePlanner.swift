import Checkpoints
import Documents
import Merging
import Tensors
import WeightStore

/// Decides what becomes of each tensor of models that are merged whole.
///
/// With a base: a tensor that only models have was added, one that only the base has was removed. Added by one model, or
/// the same by several, it is taken; removed by some and unchanged in the others, it is gone; removed and changed is a
/// conflict. Without a base nobody can say, and `MergeRequest.missing` decides.
package struct MergePlanner {
  private let request: MergeRequest
  private let parameters: [ParameterValues]
  /// The base, if there is one, then the models.
  private let participants: [ModelInput]
  private let vocabulary: VocabularyAlignment?
  private var conflicts: [String] = []
  private var notes: [String] = []

  /// Tensors that some versions of the libraries store and others compute anew: whoever has one gives it.
  private static let computedTensors = ["rotary_emb.inv_freq", "position_ids", "masked_bias", "attn.bias"]

  static func isComputed(_ name: String) -> Bool { computedTensors.contains(where: name.hasSuffix) }

  /// - Throws: `MergeError` for parameters that do not fit the models, `FolderMergeError`.
  package init(_ request: MergeRequest) throws {
    guard !request.models.isEmpty else {
      throw FolderMergeError(.badRequest, "there are no models to merge")
    }
    try MergePlanner.check(request.strategy.recipe, modelCount: request.models.count, hasBase: request.base != nil)
    try MergePlanner.checkCompanions(request.strategy.recipe, request.models)
    self.request = request
    parameters = try request.strategy.modelParameters(count: request.models.count)
    participants = (request.base.map { [$0] } ?? []) + request.models
    vocabulary = try VocabularyAlignment(participants, base: 0)
    notes = vocabulary?.notes ?? []
  }

  /// Found out before any tensor is looked at.
  static func check(_ recipe: any MergeRecipe, modelCount: Int, hasBase: Bool) throws(FolderMergeError) {
    guard hasBase || recipe.base != .required else {
      throw FolderMergeError(.badRequest, "\(recipe.name) needs a base: the model that the others were made from")
    }
    guard recipe.modelCount.contains(modelCount) else {
      throw FolderMergeError(.badRequest, "\(recipe.name) merges \(recipe.modelCountText), not \(modelCount)")
    }
  }

  /// A pattern that fits nothing is mistyped.
  static func checkOnly(_ patterns: [NamePattern], _ names: [String]) throws(FolderMergeError) {
    let idle = patterns.filter { pattern in !names.contains(where: pattern.matches) }
    guard !idle.isEmpty else { return }
    throw FolderMergeError(
      .badRequest, "no tensor is called \(idle.map { "'\($0.text)'" }.joined(separator: " or "))",
      subjects: idle.map(\.text))
  }

  /// - Parameter conflicts: why tensors cannot be merged, one for each.
  static func checkOutcome(_ tensors: [MergePlan.Tensor], conflicts: [String]) throws(FolderMergeError) {
    guard conflicts.isEmpty else {
      throw FolderMergeError(
        .conflict,
        conflicts.count == 1 ? "a tensor cannot be merged" : "\(conflicts.count) tensors cannot be merged",
        subjects: conflicts)
    }
    guard !tensors.isEmpty else { throw FolderMergeError(.noWeights, "the models have no tensor in common") }
  }

  /// Without any, methods that want to know more than weights would be plain averages.
  static func checkCompanions(_ recipe: any MergeRecipe, _ models: [ModelInput]) throws(FolderMergeError) {
    for companion in recipe.companions where models.allSatisfy({ $0.companions[companion.name] == nil }) {
      throw FolderMergeError(
        .companionMissing, "\(recipe.name) needs for each model \(companion.summary)", subjects: [companion.name])
    }
  }

  /// - Throws: `FolderMergeError.conflict`, one subject per tensor that cannot be merged.
  package mutating func plan() throws -> MergePlan {
    var tensors: [MergePlan.Tensor] = []
    let names = names()
    try MergePlanner.checkOnly(request.only, names)
    for name in names {
      if let tensor = try tensor(name) { tensors.append(tensor) }
    }
    try MergePlanner.checkOutcome(tensors, conflicts: conflicts)
    let tie = TiedEmbeddings.state(of: tensors.map(\.name), request.template)
    if tie.isParted { notes.append(TiedEmbeddings.partedNote) }
    var plan = MergePlan(
      recipe: request.strategy.recipe, tensors: tensors, layout: request.template.model.header, notes: notes,
      vocabulary: vocabulary, isTied: tie.isTied)
    plan.configurationChanges = plan.vocabularySize(request.template)
    return plan
  }

  /// The template's tensors in its order, then what other models add, in theirs.
  private func names() -> [String] {
    var seen: Set<JSONKey> = []
    return participants.flatMap(\.tensorNames).filter { seen.insert(JSONKey($0)).inserted }
  }

  private mutating func tensor(_ name: String) throws -> MergePlan.Tensor? {
    // Tied embeddings are merged once, under the name of the input's, however often they are stored.
    let source = tiedSource(of: name) ?? name
    if source != name, request.template.model.descriptor(name) == nil { return nil }
    var readers = try participants.map { participant in
      try participant.reader(source)
        ?? TiedEmbeddings.standIn(for: source, in: participant.model).flatMap { try participant.reader($0) }
    }
    if let vocabulary,
      zip(participants, readers).contains(where: { participant, reader in
        reader.map { VocabularyAlignment.isVocabulary(source, $0.shape, of: participant.model) } ?? false
      })
    {
      readers = try vocabulary.aligned(readers, name: name)
    }
    if !request.only.isEmpty, !request.only.contains(where: { $0.matches(name) }) {
      return try readers[0].map { try take(name, $0) }
    }
    let base = request.base == nil ? nil : readers[0]
    let models = request.base == nil ? readers : Array(readers.dropFirst())
    let present = models.indices.filter { models[$0] != nil }
    if present.count == models.count, base != nil || request.base == nil {
      return try merge(name, of: source, base: base, models: models, present)
    }
    return try incomplete(name, base: base, models: models, present)
  }

  /// The input embedding that an output embedding is tied to in all models.
  private func tiedSource(of name: String) -> String? {
    let inputs = participants.map { TiedEmbeddings.tiedInput(of: name, in: $0.model) }
    guard let first = inputs[0], inputs.allSatisfy({ $0 == first }) else { return nil }
    return first
  }

  private mutating func incomplete(
    _ name: String, base: (any TensorReader)?, models: [(any TensorReader)?], _ present: [Int]
  ) throws -> MergePlan.Tensor? {
    if MergePlanner.isComputed(name), let first = base ?? models.compactMap(\.self).first {
      return try take(name, first)
    }
    if request.base == nil {
      switch request.missing {
      case .drop: return nil
      case .take:
        return present.count == 1
          ? try models[present[0]].map { try take(name, $0) }
          : try merge(name, of: name, base: nil, models: models, present)
      case .refuse:
        conflicts.append("\(name): in \(present.count) of \(models.count) models")
        return nil
      }
    }
    guard let base else { return try added(name, models: models, present) }
    for index in present {
      if let reader = models[index], try !TensorComparison.areEqual(base, reader) {
        conflicts.append("\(name): removed by some models, changed in '\(request.models[index].name)'")
        return nil
      }
    }
    return nil
  }

  /// A tensor that the base does not have.
  private mutating func added(
    _ name: String, models: [(any TensorReader)?], _ present: [Int]
  ) throws -> MergePlan.Tensor? {
    guard let first = models[present[0]] else { return nil }
    let others = present.dropFirst().compactMap { models[$0] }
    if try others.allSatisfy({ try TensorComparison.areEqual(first, $0) }) { return try take(name, first) }
    if request.strategy.recipe.base != .required {
      return try merge(name, of: name, base: nil, models: models, present)
    }
    conflicts.append("\(name): added by \(present.count) models in different ways, and the base has none")
    return nil
  }

  private mutating func merge(
    _ name: String, of source: String, base: (any TensorReader)?, models: [(any TensorReader)?], _ present: [Int]
  ) throws -> MergePlan.Tensor? {
    var shapes = base.map { [(request.base?.name ?? "", $0.shape)] } ?? []
    var inputs: [MergeInput.Model] = []
    for index in present {
      guard let reader = models[index] else { continue }
      shapes.append((request.models[index].name, reader.shape))
      inputs.append(
        MergeInput.Model(
          reader, index: index, parameters: parameters[index],
          companions: request.models[index].companionReaders(source)))
    }
    if let other = shapes.first(where: { $0.1 != shapes[0].1 }) {
      conflicts.append("\(name): \(shapes[0].1) in '\(shapes[0].0)', \(other.1) in '\(other.0)'")
      return nil
    }
    return MergePlan.Tensor(
      name,
      try MergeInput(
        name: source, base: base, models: inputs, parameters: request.strategy.shared, dtype: outputType(name),
        seed: request.seed))
  }

  private func take(_ name: String, _ reader: any TensorReader) throws -> MergePlan.Tensor {
    MergePlan.Tensor(
      name, try MergeInput(name: name, models: [MergeInput.Model(reader, index: 0)], dtype: outputType(name)),
      isTaken: true)
  }

  /// The type that the first of base and models stores the tensor in, unless another was asked for.
  private func outputType(_ name: String) -> DType? {
    if let dtype = request.dtype { return dtype }
    for participant in participants {
      if let dtype = participant.storedDType(name) { return dtype }
    }
    return nil
  }
}
