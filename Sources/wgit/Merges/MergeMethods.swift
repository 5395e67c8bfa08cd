import Documents
import Merging
import WeightStore

/// Recipes with their parameters, as users type them and as commits record them.
enum MergeMethods {
  /// Records that an optional base takes part.
  private static let baseKey = "base"

  /// Every parameter, also those that were left at their defaults: a later wgit may have others. Weights are no part of it:
  /// they belong to the ingredients.
  static func method(_ strategy: MergeStrategy, usesBase: Bool = false) -> MergeSpecification.Method {
    var parameters = JSONObject()
    for spec in strategy.recipe.parameters {
      if spec.isPerModel {
        let values = strategy.perModel[spec.name] ?? [spec.defaultValue].compactMap(\.self)
        let isWeight = spec.name == MergeParameter<Double>.weight.spec.name
        guard let first = values.first, !isWeight || strategy.perModel[spec.name] != nil else { continue }
        _ = parameters.append(spec.name, values.count == 1 ? json(first) : .array(values.map(json)))
      } else if let value = strategy.shared.value(of: spec) {
        _ = parameters.append(spec.name, json(value))
      }
    }
    if usesBase, strategy.recipe.base == .optional { _ = parameters.append(baseKey, true) }
    return MergeSpecification.Method(name: strategy.recipe.name, parameters: parameters)
  }

  /// - Throws: `MergeError` for a recipe or a parameter that this wgit does not know.
  static func strategy(_ method: MergeSpecification.Method) throws -> (strategy: MergeStrategy, usesBase: Bool) {
    var strategy = try MergeStrategy(parsing: method.name + requiredSettings(method))
    for member in method.parameters.members
    where member.key != baseKey && member.key != MergeSpecification.Method.alignmentKey {
      let values = try (member.value.arrayValue ?? [member.value]).map { try value($0, of: member.key) }
      try strategy.set(strategy.parameter(member.key), values)
    }
    return (strategy, method.parameters[baseKey]?.boolValue ?? false)
  }

  /// Parameters that have no default must be there from the start.
  private static func requiredSettings(_ method: MergeSpecification.Method) throws -> String {
    guard let recipe = MergeRecipes.named(method.name) else { return "" }
    let settings = try recipe.parameters.filter { $0.defaultValue == nil }.compactMap { spec in
      try method.parameters[spec.name].map { "\(spec.name)=\(try value($0, of: spec.name).text)" }
    }
    return settings.isEmpty ? "" : ":" + settings.joined(separator: ",")
  }

  private static func json(_ value: ParameterValue) -> JSONValue {
    switch value {
    case .number(let number): .number(number)
    case .integer(let number): .integer(Int64(number))
    case .flag(let flag): .bool(flag)
    case .choice(let word): .string(word)
    }
  }

  private static func value(_ json: JSONValue, of key: String) throws -> ParameterValue {
    switch json {
    case .number(let number): return .number(number)
    case .integer(let number): return .integer(Int(number))
    case .bool(let flag): return .flag(flag)
    case .string(let word): return .choice(word)
    case .null, .array, .object:
      throw MergeError(.badParameter, "the recorded parameter '\(key)' has no value that this wgit understands")
    }
  }

  /// `'lm_head.*=ours'`, `'*.mlp.*=ties:density=0.5'`.
  static func resolution(_ text: String) throws -> MergeSpecification.Resolution {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      throw CommandError(
        .usage, "'\(text)' does not say what becomes of conflicts",
        hint: "write --resolve 'PATTERN=ours', '…=theirs', '…=base' or '…=STRATEGY'")
    }
    let choice: MergeSpecification.Resolution.Choice
    switch String(text[text.index(after: equals)...]) {
    case "ours": choice = .ours
    case "theirs": choice = .theirs
    case "base": choice = .base
    case let strategy: choice = .compute(method(try MergeStrategy(parsing: strategy), usesBase: true))
    }
    return MergeSpecification.Resolution(pattern: String(text[..<equals]), choice: choice)
  }

  /// - Throws: `MergeError` unless the recipe can merge so many models; `CommandError.usage` for values of single models: in
  ///   a repository a model is named, not counted.
  static func check(_ strategy: MergeStrategy, modelCount: Int) throws {
    let recipe = strategy.recipe
    guard recipe.modelCount.contains(modelCount) else {
      throw MergeError(.modelCountMismatch, "\(recipe.name) merges \(recipe.modelCountText), not \(modelCount)")
    }
    if let companion = recipe.companions.first {
      throw CommandError(
        .usage, "\(recipe.name) needs for each model \(companion.summary), which commits do not hold",
        hint: "wgit merge --output FOLDER --strategy \(recipe.name) --\(companion.name) FILE … MODEL…")
    }
    guard let list = strategy.perModel.first(where: { $0.value.count > 1 }) else { return }
    throw CommandError(
      .usage, "'\(list.key)' has \(list.value.count) values; models are named here, not counted",
      hint: list.key == MergeParameter<Double>.weight.spec.name ? "--weight REV=0.3 --weight REV=0.7" : nil)
  }

  /// Whether the recipe goes from a base to one model.
  static func isInterpolation(_ recipe: any MergeRecipe) -> Bool {
    recipe.modelCount.upperBound == 1 && recipe.base == .required
  }

  /// Whether the recipe tells its models apart: then their order is the user's, and none stands for others.
  static func isOrdered(_ recipe: any MergeRecipe) -> Bool {
    recipe.modelCount.upperBound <= 2 || recipe.mergekit?.baseIsFirstModel == true
  }
}
