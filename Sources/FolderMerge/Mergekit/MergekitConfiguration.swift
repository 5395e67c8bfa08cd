import Documents
import Merging
import Tensors
import WeightStore

/// A merge as a mergekit YAML file describes it.
///
///     merge_method: ties
///     base_model: models/base
///     models: [{model: models/a, parameters: {weight: 0.5, density: [0.2, 0.8]}}, …]
///     parameters: {normalize: true}
///     dtype: bfloat16
///
/// Exactly one of `models`, `slices` and `modules` stands there. Every key that this program does not obey is refused
/// with its line.
package struct MergekitConfiguration: Sendable {
  struct Model: Sendable {
    let name: String
    let parameters: ParameterSettings
    /// Files about the model, by `MergeCompanion.name`: an extension to mergekit's keys.
    let companions: [String: String]
  }

  /// Layers of models, laid over each other to make layers of the result.
  struct Slice: Sendable {
    struct Source: Sendable {
      let name: String
      let layers: Range<Int>
      let parameters: ParameterSettings
    }

    let sources: [Source]
    let base: String?
    let parameters: ParameterSettings
    let line: Int
  }

  enum Content: Sendable {
    case models([Model])
    case slices([Slice])
  }

  /// A part of a model that is merged by itself: `encoder`.
  struct Module: Sendable {
    let name: String
    let content: Content
    let parameters: ParameterSettings
    let line: Int
  }

  package let recipe: any MergeRecipe
  package let base: String?
  let modules: [Module]
  let parameters: ParameterSettings
  /// The type of the result.
  package var dtype: DType?
  let tokenizer: MergekitTokenizer?
  let chatTemplate: String?
  package var seed: UInt64
  let missing: MergeRequest.MissingTensors?
  let only: [NamePattern]
  /// Whether the base, and tensors that not all models have, mean what they mean on the command line: see `request(open:)`.
  package let usesOwnRules: Bool
  /// What errors call the file.
  let fileName: String

  /// The name of the one module of `models` and `slices`.
  static let wholeModel = "default"

  /// Reads a file's text.
  ///
  /// - Parameter name: what errors call it.
  /// - Throws: `DocumentError`, with the line.
  package init(_ text: String, name: String) throws(DocumentError) {
    let root = try YAMLDocument.parse(text, name: name)
    fileName = name
    recipe = try MergekitConfiguration.recipe(root)
    base = try root.has("base_model") ? MergekitModelName.read(root, "base_model") : nil
    parameters = try ParameterSettings(root.optionalMapping("parameters"), recipe)
    let loading = try MergekitConfiguration.dtype(root, "dtype")
    dtype = try MergekitConfiguration.dtype(root, "out_dtype") ?? loading
    tokenizer = try MergekitTokenizer(root)
    chatTemplate = try root.optionalString("chat_template")
    seed = try MergekitConfiguration.seed(root)
    missing = try MergekitConfiguration.missing(root)
    usesOwnRules = try MergekitConfiguration.usesOwnRules(root)
    only = (try root.optionalStrings("only") ?? []).map(NamePattern.init)
    modules = try MergekitConfiguration.modules(root, recipe)
    try root.finish()
  }

  private static func recipe(_ root: YAMLMapping) throws(DocumentError) -> any MergeRecipe {
    let name = try root.string("merge_method")
    if let recipe = MergeRecipes.mergekit(name) ?? MergeRecipes.named(name) { return recipe }
    let known = MergeRecipes.all.map { $0.mergekit?.name ?? $0.name }
    throw root.invalidValue(of: "merge_method", mustBe: "one of \(known.joined(separator: ", "))")
  }

  private static func dtype(_ root: YAMLMapping, _ key: String) throws(DocumentError) -> DType? {
    guard let text = try root.optionalString(key) else { return nil }
    guard let dtype = DTypeName.dtype(text) else {
      throw root.invalidValue(of: key, mustBe: "one of \(DTypeName.all.joined(separator: ", "))")
    }
    return dtype
  }

  private static func seed(_ root: YAMLMapping) throws(DocumentError) -> UInt64 {
    guard let number = try root.optionalInteger("random_seed") else { return 0 }
    guard let seed = UInt64(exactly: number) else { throw root.invalidValue(of: "random_seed", mustBe: "at least 0") }
    return seed
  }

  private static func missing(_ root: YAMLMapping) throws(DocumentError) -> MergeRequest.MissingTensors? {
    guard let text = try root.optionalString("missing_tensors") else { return nil }
    guard let missing = MergeRequest.MissingTensors(rawValue: text) else {
      let words = MergeRequest.MissingTensors.allCases.map(\.rawValue)
      throw root.invalidValue(of: "missing_tensors", mustBe: "one of \(words.joined(separator: ", "))")
    }
    return missing
  }

  private static func usesOwnRules(_ root: YAMLMapping) throws(DocumentError) -> Bool {
    switch try root.optionalString("rules") {
    case "wgit": return true
    case "mergekit", nil: return false
    default: throw root.invalidValue(of: "rules", mustBe: "\"wgit\" or \"mergekit\"")
    }
  }

  private static func modules(_ root: YAMLMapping, _ recipe: any MergeRecipe) throws(DocumentError) -> [Module] {
    let given = ["models", "slices", "modules"].filter { root.has($0) }
    guard given.count == 1 else {
      throw DocumentError(
        .missingKey, "exactly one of \"models\", \"slices\" and \"modules\" must stand here, found \(given.count)",
        name: root.name, line: given.last.map { root.line(of: $0) } ?? root.line)
    }
    guard given[0] == "modules" else {
      return [
        Module(
          name: wholeModel, content: try content(root, recipe), parameters: ParameterSettings(),
          line: root.line(of: given[0]))
      ]
    }
    let mapping = try root.mapping("modules")
    var modules: [Module] = []
    for name in mapping.keys {
      let module = try mapping.mapping(name)
      let given = ["models", "slices"].filter { module.has($0) }
      guard given.count == 1 else {
        throw DocumentError(
          .missingKey, "exactly one of \"models\" and \"slices\" must stand in a module, found \(given.count)",
          name: root.name, line: module.line)
      }
      modules.append(
        Module(
          name: name, content: try content(module, recipe),
          parameters: try ParameterSettings(module.optionalMapping("parameters"), recipe), line: module.line))
    }
    guard !modules.isEmpty else { throw root.invalidValue(of: "modules", mustBe: "a mapping with at least one module") }
    return modules
  }

  private static func content(_ mapping: YAMLMapping, _ recipe: any MergeRecipe) throws(DocumentError) -> Content {
    if mapping.has("models") {
      var models: [Model] = []
      for item in try mapping.mappings("models") {
        models.append(
          Model(
            name: try MergekitModelName.read(item, "model"),
            parameters: try ParameterSettings(item.optionalMapping("parameters"), recipe),
            companions: try companions(item, recipe)))
      }
      guard !models.isEmpty else { throw mapping.invalidValue(of: "models", mustBe: "a list of at least one model") }
      try checkDistinct(models.map(\.name), mapping, "models")
      return .models(models)
    }
    var slices: [Slice] = []
    for item in try mapping.mappings("slices") { slices.append(try slice(item, recipe)) }
    guard !slices.isEmpty else { throw mapping.invalidValue(of: "slices", mustBe: "a list of at least one slice") }
    return .slices(slices)
  }

  private static func companions(
    _ mapping: YAMLMapping, _ recipe: any MergeRecipe
  ) throws(DocumentError) -> [String: String] {
    var files: [String: String] = [:]
    for companion in recipe.companions { files[companion.name] = try mapping.optionalString(companion.name) }
    return files
  }

  private static func slice(_ mapping: YAMLMapping, _ recipe: any MergeRecipe) throws(DocumentError) -> Slice {
    var sources: [Slice.Source] = []
    for item in try mapping.mappings("sources") {
      let bounds = try item.integers("layer_range")
      guard bounds.count == 2, bounds[0] >= 0, bounds[1] > bounds[0] else {
        throw item.invalidValue(of: "layer_range", mustBe: "the first layer and the one behind the last: [0, 8]")
      }
      sources.append(
        Slice.Source(
          name: try MergekitModelName.read(item, "model"), layers: bounds[0]..<bounds[1],
          parameters: try ParameterSettings(item.optionalMapping("parameters"), recipe)))
    }
    guard let first = sources.first, sources.allSatisfy({ $0.layers.count == first.layers.count }) else {
      throw mapping.invalidValue(of: "sources", mustBe: "a list of models with the same number of layers")
    }
    try checkDistinct(sources.map(\.name), mapping, "sources")
    return Slice(
      sources: sources, base: try mapping.has("base_model") ? MergekitModelName.read(mapping, "base_model") : nil,
      parameters: try ParameterSettings(mapping.optionalMapping("parameters"), recipe), line: mapping.line)
  }

  private static func checkDistinct(
    _ names: [String], _ mapping: YAMLMapping, _ key: String
  ) throws(DocumentError) {
    if Set(names).count < names.count { throw mapping.invalidValue(of: key, mustBe: "a list without repeated models") }
  }

  /// The adapters and their weights, for a file whose method is `lora`: an extension to mergekit's files, in which adapters
  /// stand where other methods have models.
  package var adapters: [(name: String, weight: Double)]? {
    guard recipe is LoRA, modules.count == 1, case .models(let models) = modules[0].content else { return nil }
    return models.map { model in
      let setting = model.parameters.settings["weight"] ?? parameters.settings["weight"]
      guard case .number(let weight) = setting?.value(for: "", at: 0) else { return (model.name, 1) }
      return (model.name, weight)
    }
  }

  /// The files about single models, in order: the model, what they are, and where.
  var companions: [(model: String, name: String, file: String)] {
    modules.flatMap { module -> [(model: String, name: String, file: String)] in
      guard case .models(let models) = module.content else { return [] }
      return models.flatMap { model in
        model.companions.sorted { $0.key < $1.key }.map { (model.name, $0.key, $0.value) }
      }
    }
  }

  /// All models, the base first, then in the order written.
  package var modelNames: [String] {
    var seen: Set<String> = []
    let named = modules.flatMap { module -> [String] in
      switch module.content {
      case .models(let models): models.map(\.name)
      case .slices(let slices): slices.flatMap { ($0.base.map { [$0] } ?? []) + $0.sources.map(\.name) }
      }
    }
    return ((base.map { [$0] } ?? []) + named + (tokenizer?.modelNames ?? [])).filter { seen.insert($0).inserted }
  }
}

/// How mergekit files name models: `path`, `path@revision`, `path+adapter`, or a mapping with `model` and `lora`.
enum MergekitModelName {
  static func read(_ mapping: YAMLMapping, _ key: String) throws(DocumentError) -> String {
    guard case .mapping = mapping.kind(of: key) else { return try mapping.string(key) }
    let parts = try mapping.mapping(key)
    // A model's path and revision, or a model and an adapter on it.
    if parts.has("path") { return try path(parts) }
    let model = try read(parts, "model")
    return try parts.has("lora") ? "\(model)+\(read(parts, "lora"))" : model
  }

  private static func path(_ mapping: YAMLMapping) throws(DocumentError) -> String {
    let path = try mapping.string("path")
    return try mapping.optionalString("revision").map { "\(path)@\($0)" } ?? path
  }
}

/// What a mergekit file says about the vocabulary: `tokenizer_source`, or `tokenizer` with the tokens one by one.
struct MergekitTokenizer: Sendable {
  enum Source: Sendable, Equatable {
    case union, base
    case model(String)
  }

  enum TokenSource: Sendable {
    case zero
    case model(String)
    case token(model: String, token: String)
    case row(model: String, row: Int)
  }

  let source: Source
  private(set) var tokens: [(token: String, source: TokenSource?, isForced: Bool)] = []
  private(set) var padToMultipleOf: Int?

  /// nil if the file says nothing.
  init?(_ root: YAMLMapping) throws(DocumentError) {
    let isShort = root.has("tokenizer_source")
    guard isShort || root.has("tokenizer") else { return nil }
    guard !(isShort && root.has("tokenizer")) else {
      throw root.invalidValue(of: "tokenizer", mustBe: "left out where \"tokenizer_source\" stands")
    }
    if isShort {
      source = try MergekitTokenizer.source(root, "tokenizer_source")
      return
    }
    let mapping = try root.mapping("tokenizer")
    source = try mapping.has("source") ? MergekitTokenizer.source(mapping, "source") : .union
    padToMultipleOf = try mapping.optionalInteger("pad_to_multiple_of")
    if let multiple = padToMultipleOf, multiple < 1 {
      throw mapping.invalidValue(of: "pad_to_multiple_of", mustBe: "at least 1")
    }
    guard let list = try mapping.optionalMapping("tokens") else { return }
    for token in list.keys {
      let settings = try list.mapping(token)
      let source = try settings.has("source") ? MergekitTokenizer.tokenSource(settings) : nil
      tokens.append((token, source, try settings.optionalBool("force") ?? false))
    }
  }

  private static func source(_ mapping: YAMLMapping, _ key: String) throws(DocumentError) -> Source {
    switch try MergekitModelName.read(mapping, key) {
    case "union": .union
    case "base": .base
    case let name: .model(name)
    }
  }

  private static func tokenSource(_ settings: YAMLMapping) throws(DocumentError) -> TokenSource {
    guard case .mapping = settings.kind(of: "source") else { return .model(try settings.string("source")) }
    let source = try settings.mapping("source")
    guard source.has("kind") else { return .model(try MergekitModelName.read(settings, "source")) }
    switch try source.string("kind") {
    case "zero": return .zero
    case "model_token":
      let model = try MergekitModelName.read(source, "model")
      guard source.has("token") != source.has("token_id") else {
        throw source.invalidValue(of: "kind", mustBe: "followed by one of \"token\" and \"token_id\"")
      }
      if source.has("token") { return .token(model: model, token: try source.string("token")) }
      return .row(model: model, row: try source.integer("token_id"))
    default: throw source.invalidValue(of: "kind", mustBe: "\"zero\" or \"model_token\"")
    }
  }

  /// The models that it names.
  var modelNames: [String] {
    let own: [String] = if case .model(let name) = source { [name] } else { [] }
    return own
      + tokens.compactMap { token in
        switch token.source {
        case .model(let name), .token(let name, _), .row(let name, _): name
        case .zero, nil: nil
        }
      }
  }
}
