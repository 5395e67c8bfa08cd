import Checkpoints
import Documents
import Merging
import Tensors

/// Turns a mergekit file and the models it names into a plan.
///
/// Parameters are looked up where mergekit looks: the model of a slice before the slice, the slice before the module, the
/// module before the whole file. A list of values runs over the layers of a slice, or of the model; tensors of no layer
/// take its first value.
package struct MergekitPlanner {
  private let configuration: MergekitConfiguration
  private let inputs: [String: ModelInput]
  /// All models, as the file names them.
  private let names: [String]
  private let vocabulary: VocabularyAlignment?
  private var tensors: [MergePlan.Tensor] = []
  private var conflicts: [String] = []
  private var notes: [String] = []
  private var configurationChanges: [(path: [String], value: JSONValue)] = []

  /// One input of a slice: a model and its own settings.
  private struct Source {
    let name: String
    let input: ModelInput
    let settings: ParameterSettings?
  }

  /// Where parameters of a tensor are looked up, and where its models are.
  private struct Scope {
    let sources: [Source]
    let base: String?
    /// Of the slice and the module, the nearest first.
    let settings: [ParameterSettings]
    let place: Double
  }

  /// - Parameter open: opens a model by the name that the file has for it.
  package init(_ configuration: MergekitConfiguration, open: (String) throws -> ModelInput) throws {
    self.configuration = configuration
    names = configuration.modelNames
    var inputs: [String: ModelInput] = [:]
    for name in names { inputs[name] = try open(name) }
    for (model, name, file) in configuration.companions {
      inputs[model] = try inputs[model]?.adding(open(file).model, as: name)
    }
    try MergePlanner.checkCompanions(configuration.recipe, Array(inputs.values))
    self.inputs = inputs
    vocabulary = try MergekitPlanner.vocabulary(configuration, names, inputs)
    notes = vocabulary?.notes ?? []
  }

  /// The model whose files and names the result has: the base, or the first.
  package var template: ModelInput {
    get throws {
      guard let name = names.first, let input = inputs[name] else {
        throw FolderMergeError(.badRequest, "the file names no model")
      }
      return input
    }
  }

  /// The base, if the file has one, and all other models.
  package var models: (base: ModelInput?, others: [ModelInput]) {
    let base = configuration.base.flatMap { inputs[$0] }
    return (base, names.filter { $0 != configuration.base }.compactMap { inputs[$0] })
  }

  private static func vocabulary(
    _ configuration: MergekitConfiguration, _ names: [String], _ inputs: [String: ModelInput]
  ) throws -> VocabularyAlignment? {
    let models = names.compactMap { inputs[$0] }
    guard let asked = configuration.tokenizer else { return try VocabularyAlignment(models, base: 0) }
    func position(_ name: String) -> Int { names.firstIndex(of: name) ?? 0 }
    var request = VocabularyAlignment.Request()
    switch asked.source {
    case .union: break
    case .base: request.source = .model(0)
    case .model(let name): request.source = .model(position(name))
    }
    request.padToMultipleOf = asked.padToMultipleOf
    request.tokens = asked.tokens.map { token in
      let source: VocabularyAlignment.TokenSource? =
        switch token.source {
        case .zero: .zero
        case .model(let name): .model(position(name))
        case .token(let name, let other): .token(model: position(name), token: other)
        case .row(let name, let row): .row(model: position(name), row: row)
        case nil: nil
        }
      return (token.token, source, token.isForced)
    }
    return try VocabularyAlignment(models, base: 0, request: request, isAsked: true)
  }

  /// - Throws: `FolderMergeError.conflict`, one subject per tensor that cannot be merged; `.badRequest` for layers and
  ///   modules that the models do not have.
  package mutating func plan() throws -> MergePlan {
    for module in configuration.modules {
      switch module.content {
      case .models(let models): try plan(models, module)
      case .slices(let slices): try plan(slices, module)
      }
    }
    try MergePlanner.checkOutcome(tensors, conflicts: conflicts)
    try MergePlanner.checkOnly(configuration.only, tensors.map(\.name))
    let template = try template
    let tie = TiedEmbeddings.state(of: tensors.map(\.name), template)
    if tie.isParted { notes.append(TiedEmbeddings.partedNote) }
    var plan = MergePlan(
      recipe: configuration.recipe, tensors: tensors, layout: template.model.header, notes: notes,
      vocabulary: vocabulary,
      isTied: tie.isTied)
    plan.configurationChanges = configurationChanges + plan.vocabularySize(template)
    plan.chatTemplate = configuration.chatTemplate
    return plan
  }

  // MARK: whole models

  private mutating func plan(_ models: [MergekitConfiguration.Model], _ module: MergekitConfiguration.Module) throws {
    var sources = models.map { source($0.name, $0.parameters) }
    // As mergekit does: a base that is not among the models joins them, without parameters of its own.
    if let base = configuration.base, !models.contains(where: { $0.name == base }) { sources.append(source(base, nil)) }
    let layers = try LayerNames(template.model.tensorNames, configuration: template.model.configuration)
    for name in try names(of: sources, module, layers) {
      let place: Double =
        if case .layer(let stack, let index, _) = layers.place(name) { layers.position(index, in: stack) } else { 0 }
      let scope = Scope(
        sources: sources, base: configuration.base, settings: [module.parameters, configuration.parameters],
        place: place)
      try add(name, from: sources.map { _ in name }, scope)
    }
  }

  /// The tensors of all sources that belong to the module, the template's first.
  private func names(
    of sources: [Source], _ module: MergekitConfiguration.Module, _ layers: LayerNames
  ) throws -> [String] {
    var seen: Set<JSONKey> = []
    let all = try ([template.tensorNames] + sources.map(\.input.tensorNames)).joined()
      .filter { seen.insert(JSONKey($0)).inserted }
    return try ModuleNames(configuration.modules, allNames: Array(all), fileName: configuration.fileName).names(
      of: module)
  }

  private func source(_ name: String, _ settings: ParameterSettings?) -> Source {
    // Every name was opened before.
    Source(name: name, input: inputs[name] ?? inputs.values[inputs.startIndex], settings: settings)
  }

  // MARK: slices

  private mutating func plan(_ slices: [MergekitConfiguration.Slice], _ module: MergekitConfiguration.Module) throws {
    let layers = try LayerNames(template.model.tensorNames, configuration: template.model.configuration)
    let all = try ModuleNames(
      configuration.modules, allNames: template.tensorNames, fileName: configuration.fileName
    ).names(of: module)
    let stacks = layers.stacks.filter { stack in
      all.contains { if case .layer(stack.name, _, _) = layers.place($0) { true } else { false } }
    }
    guard stacks.count == 1, let stack = stacks.first else {
      throw FolderMergeError(
        .badRequest,
        "\(configuration.fileName):\(module.line): slices need one stack of layers, "
          + "'\(try template.name)' has \(stacks.count)", subjects: stacks.map(\.name))
    }
    let scopes = try slices.map { try scope($0, module, stack: stack.name) }
    for name in all where layers.place(name) == .before {
      try add(name, from: scopes[0].sources.map { _ in name }, scopes[0])
    }
    var output = 0
    for (slice, scope) in zip(slices, scopes) {
      for offset in 0..<slice.sources[0].layers.count {
        try addLayer(output, offset: offset, of: slice, scope, stack: stack.name)
        output += 1
      }
    }
    if let last = scopes.last {
      for name in all where layers.place(name) == .after { try add(name, from: last.sources.map { _ in name }, last) }
    }
    try setLayerCount(output, slices, stack.layerCount)
  }

  private func scope(
    _ slice: MergekitConfiguration.Slice, _ module: MergekitConfiguration.Module, stack: String
  ) throws -> Scope {
    for source in slice.sources {
      let input = self.source(source.name, nil).input
      let layers = LayerNames(input.model.tensorNames, configuration: input.model.configuration)
      let count = layers.stacks.first { $0.name == stack }?.layerCount ?? 0
      guard source.layers.upperBound <= count else {
        throw FolderMergeError(
          .badRequest,
          "\(configuration.fileName):\(slice.line): '\(source.name)' has \(count) layers, not \(source.layers.upperBound)"
        )
      }
    }
    let base = slice.base ?? configuration.base
    if let base, configuration.recipe.base == .required, !slice.sources.contains(where: { $0.name == base }) {
      throw FolderMergeError(
        .badRequest, "\(configuration.fileName):\(slice.line): the base '\(base)' is not among the sources of the slice"
      )
    }
    return Scope(
      sources: slice.sources.map { self.source($0.name, $0.parameters) }, base: base,
      settings: [slice.parameters, module.parameters, configuration.parameters], place: 0)
  }

  private mutating func addLayer(
    _ output: Int, offset: Int, of slice: MergekitConfiguration.Slice, _ scope: Scope, stack: String
  ) throws {
    let count = slice.sources[0].layers.count
    let place = count > 1 ? Double(offset) / Double(count - 1) : 1
    let inner = Scope(sources: scope.sources, base: scope.base, settings: scope.settings, place: place)
    var rests: [String] = []
    for (source, range) in zip(scope.sources, slice.sources.map(\.layers)) {
      let layers = LayerNames(source.input.model.tensorNames, configuration: source.input.model.configuration)
      for name in source.input.tensorNames {
        if case .layer(stack, range.lowerBound + offset, let rest) = layers.place(name), !rests.contains(rest) {
          rests.append(rest)
        }
      }
    }
    for rest in rests {
      let names = slice.sources.map { LayerNames.name(stack: stack, index: $0.layers.lowerBound + offset, rest: rest) }
      try add(LayerNames.name(stack: stack, index: output, rest: rest), from: names, inner)
    }
  }

  /// The number of layers, and lists with one entry per layer, in the configuration.
  private mutating func setLayerCount(_ count: Int, _ slices: [MergekitConfiguration.Slice], _ before: Int) throws {
    guard let root = try template.model.configuration else { return }
    for key in LayerNames.countKeys {
      guard let path = ModelConfiguration.path(key, in: root) else { continue }
      configurationChanges.append((path, .integer(Int64(count))))
    }
    let indices = slices.flatMap { slice in slice.sources[0].layers.map { (slice.sources[0].name, $0) } }
    for (path, list) in ModelConfiguration.lists(in: root)
    where list.count == before && path.last?.contains("layer") == true {
      let entries = indices.compactMap { name, index -> JSONValue? in
        let own = inputs[name]?.model.configuration.map(JSONValue.object)?.member(at: path)?.arrayValue ?? list
        return index < own.count ? own[index] : nil
      }
      if entries.count == count { configurationChanges.append((path, .array(entries))) }
    }
  }

  // MARK: one tensor

  /// - Parameter names: the tensor in each source.
  private mutating func add(_ name: String, from names: [String], _ scope: Scope) throws {
    var readers = try zip(scope.sources, names).map { source, name in
      try source.input.reader(name)
        ?? TiedEmbeddings.standIn(for: name, in: source.input.model).flatMap { try source.input.reader($0) }
    }
    // An output embedding that no model stores is the input embedding.
    guard
      zip(scope.sources, names).contains(where: { $0.input.model.descriptor($1) != nil || !$0.input.adapters.isEmpty })
    else { return }
    if let vocabulary,
      zip(scope.sources, readers).contains(where: { source, reader in
        reader.map { VocabularyAlignment.isVocabulary(name, $0.shape, of: source.input.model) } ?? false
      })
    {
      readers = try aligned(readers, scope, vocabulary, name)
    }
    if !configuration.only.isEmpty, !configuration.only.contains(where: { $0.matches(name) }) {
      let index = scope.sources.firstIndex { $0.name == scope.base } ?? 0
      if let reader = readers[index] { try take(name, reader, scope.sources[index], names[index]) }
      return
    }
    let present = readers.indices.filter { readers[$0] != nil }
    guard present.count == readers.count else { return try addIncomplete(name, readers, names, present, scope) }
    try merge(name, readers, names, present, scope)
  }

  /// The readers of a slice's sources, in the places of all models.
  private func aligned(
    _ readers: [(any TensorReader)?], _ scope: Scope, _ vocabulary: VocabularyAlignment, _ name: String
  ) throws -> [(any TensorReader)?] {
    var all: [(any TensorReader)?] = names.map { _ in nil }
    for (source, reader) in zip(scope.sources, readers) {
      if let place = names.firstIndex(of: source.name) { all[place] = reader }
    }
    // Rows of models that are no sources may be asked for too.
    for (place, model) in names.enumerated() where all[place] == nil { all[place] = try inputs[model]?.reader(name) }
    let result = try vocabulary.aligned(all, name: name)
    return scope.sources.map { source in names.firstIndex(of: source.name).flatMap { result[$0] } }
  }

  private mutating func addIncomplete(
    _ name: String, _ readers: [(any TensorReader)?], _ names: [String], _ present: [Int], _ scope: Scope
  ) throws {
    guard let first = present.first, let reader = readers[first] else { return }
    if MergePlanner.isComputed(name) { return try take(name, reader, scope.sources[first], names[first]) }
    switch configuration.missing {
    case .drop: return
    case .take:
      return present.count == 1
        ? try take(name, reader, scope.sources[first], names[first]) : try merge(name, readers, names, present, scope)
    case .refuse, nil: break
    }
    switch configuration.recipe.mergekit?.missingTensor ?? .refuse {
    case .refuse: conflicts.append("\(name): in \(present.count) of \(readers.count) models")
    case .useOthers: try merge(name, readers, names, present, scope)
    case .takeSingle:
      if present.count == 1 { return try take(name, reader, scope.sources[first], names[first]) }
      try merge(name, readers, names, present, scope)
    case .keepBase:
      guard let base = scope.sources.firstIndex(where: { $0.name == scope.base }), let reader = readers[base] else {
        notes.append("'\(name)' is not in the base and was left out")
        return
      }
      if configuration.recipe.modelCount.contains(present.count - 1) {
        return try merge(name, readers, names, present, scope)
      }
      try take(name, reader, scope.sources[base], names[base])
    }
  }

  private mutating func take(_ name: String, _ reader: any TensorReader, _ source: Source, _ tensor: String) throws {
    tensors.append(
      MergePlan.Tensor(
        name,
        try MergeInput(
          name: name, models: [MergeInput.Model(reader, index: 0)],
          dtype: configuration.dtype ?? source.input.storedDType(tensor)), isTaken: true))
  }

  private mutating func merge(
    _ name: String, _ readers: [(any TensorReader)?], _ names: [String], _ present: [Int], _ scope: Scope
  ) throws {
    let recipe = configuration.recipe
    let baseIndex = present.first { scope.sources[$0].name == scope.base }
    var order = present
    if recipe.mergekit?.baseIsFirstModel == true, let baseIndex {
      order = [baseIndex] + present.filter { $0 != baseIndex }
    } else if recipe.base != .ignored, let baseIndex {
      order = present.filter { $0 != baseIndex }
    }
    var shapes: [(String, Shape)] = []
    var models: [MergeInput.Model] = []
    for index in present { if let reader = readers[index] { shapes.append((scope.sources[index].name, reader.shape)) } }
    if let other = shapes.first(where: { $0.1 != shapes[0].1 }) {
      conflicts.append("\(name): \(shapes[0].1) in '\(shapes[0].0)', \(other.1) in '\(other.0)'")
      return
    }
    for index in order {
      guard let reader = readers[index] else { continue }
      let parameters = try parameters(
        recipe.parameters.filter(\.isPerModel), tensor: names[index], source: scope.sources[index], scope)
      models.append(
        MergeInput.Model(
          reader, index: models.count, parameters: parameters,
          companions: scope.sources[index].input.companionReaders(names[index])))
    }
    guard !models.isEmpty else {
      conflicts.append("\(name): only the base has it")
      return
    }
    let usesBase = recipe.base != .ignored && recipe.mergekit?.baseIsFirstModel != true
    let first = baseIndex ?? present[0]
    tensors.append(
      MergePlan.Tensor(
        name,
        try MergeInput(
          name: tiedInput(of: name, scope) ?? name, base: usesBase ? baseIndex.flatMap { readers[$0] } : nil,
          models: models,
          parameters: parameters(recipe.parameters.filter { !$0.isPerModel }, tensor: name, source: nil, scope),
          dtype: configuration.dtype ?? scope.sources[first].input.storedDType(names[first]), seed: configuration.seed))
    )
  }

  /// The input embedding that an output embedding is tied to in all sources: it is merged as that, random masks included.
  private func tiedInput(of name: String, _ scope: Scope) -> String? {
    let inputs = scope.sources.map { TiedEmbeddings.tiedInput(of: name, in: $0.input.model) }
    return inputs.allSatisfy { $0 == inputs.first } ? inputs.first ?? nil : nil
  }

  /// The values of some parameters, each from the nearest place that says something about this tensor.
  private func parameters(
    _ specs: [ParameterSpec], tensor: String, source: Source?, _ scope: Scope
  ) throws -> ParameterValues {
    var values = ParameterValues()
    let places = (source?.settings.map { [$0] } ?? []) + scope.settings
    for spec in specs {
      let value = places.lazy.compactMap { $0.settings[spec.name]?.value(for: tensor, at: scope.place) }.first
      guard let value = value ?? spec.mergekitDefault ?? spec.defaultValue else {
        throw FolderMergeError(
          .badRequest, "'\(tensor)': '\(spec.name)' is not set\(source.map { " for '\($0.name)'" } ?? "")",
          subjects: [tensor])
      }
      try values.set(spec, to: value)
    }
    return values
  }
}
