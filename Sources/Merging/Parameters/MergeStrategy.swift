/// A recipe with its parameters, as a user writes it: `ratatouille`, `ties:density=0.5`,
/// `weighted:weight=0.7,0.3,normalize=false`.
///
/// After the recipe's name and a colon stand settings, joined by commas. A parameter that each model can have takes one
/// value for all or one per model, in the order of the models, joined by commas too.
package struct MergeStrategy: Sendable, CustomStringConvertible {
  package let recipe: any MergeRecipe
  /// Of parameters that the models share.
  package private(set) var shared = ParameterValues()
  /// Of parameters that each model can have: one value, or one per model.
  package private(set) var perModel: [String: [ParameterValue]] = [:]

  package init(_ recipe: any MergeRecipe) {
    self.recipe = recipe
  }

  /// - Throws: `unknownRecipe` and `unknownParameter`, with the names that there are; `badParameter`.
  package init(parsing text: String) throws(MergeError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let recipe = MergeRecipes.named(name) else {
      throw MergeError(
        .unknownRecipe, "there is no strategy '\(name)'", word: name, candidates: MergeRecipes.all.map(\.name))
    }
    self.init(recipe)
    var given: Set<String> = []
    for (key, values) in try MergeStrategy.settings(parts.count > 1 ? String(parts[1]) : "", of: name) {
      let spec = try parameter(key)
      guard given.insert(spec.name).inserted else {
        throw MergeError(.badParameter, "'\(spec.name)' is given twice")
      }
      try set(spec, values.map { (text) throws(MergeError) in try spec.parse(text) })
    }
    for spec in recipe.parameters where spec.defaultValue == nil && !given.contains(spec.name) {
      throw MergeError(.badParameter, "\(name) needs '\(spec.name)': \(spec.allowed) (\(name):\(spec.name)=…)")
    }
  }

  /// `a=1,b=2,3` as keys with their values: a part without `=` belongs to the key before it.
  private static func settings(_ text: String, of name: String) throws(MergeError) -> [(String, [String])] {
    guard !text.isEmpty else { return [] }
    var settings: [(String, [String])] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      if pair.count == 2 {
        settings.append((pair[0], [pair[1]]))
      } else if settings.isEmpty || part.isEmpty {
        throw MergeError(.badParameter, "'\(part)' is no setting of \(name): write key=value")
      } else {
        settings[settings.count - 1].1.append(pair[0])
      }
    }
    return settings
  }

  /// The recipe's parameter of that name; underscores stand for hyphens.
  ///
  /// - Throws: `unknownParameter`.
  package func parameter(_ key: String) throws(MergeError) -> ParameterSpec {
    let name = key.replacing("_", with: "-")
    if let spec = recipe.parameters.first(where: { $0.name == name }) { return spec }
    let known = recipe.parameters.map(\.name)
    let choice = known.isEmpty ? "it has none" : "it has \(known.joined(separator: ", "))"
    throw MergeError(
      .unknownParameter, "\(recipe.name) has no parameter '\(key)': \(choice)", word: key, candidates: known)
  }

  /// Sets a parameter.
  ///
  /// - Parameter values: one; or one per model, for a parameter that each can have.
  /// - Throws: `badParameter`.
  package mutating func set(_ spec: ParameterSpec, _ values: [ParameterValue]) throws(MergeError) {
    let values = try values.map { (value) throws(MergeError) in try spec.checked(value) }
    if spec.isPerModel {
      perModel[spec.name] = values
    } else if values.count == 1 {
      try shared.set(spec, to: values[0])
    } else {
      throw MergeError(.badParameter, "'\(spec.name)' takes one value, not \(values.count)")
    }
  }

  /// The parameters of each of `count` models.
  ///
  /// - Throws: `badParameter` if there are more or fewer values of a parameter than models.
  package func modelParameters(count: Int) throws(MergeError) -> [ParameterValues] {
    var result = [ParameterValues](repeating: ParameterValues(), count: count)
    for spec in recipe.parameters {
      guard let values = perModel[spec.name] else { continue }
      guard values.count == 1 || values.count == count else {
        throw MergeError(.badParameter, "'\(spec.name)' has \(values.count) values for \(count) models")
      }
      for index in 0..<count { try result[index].set(spec, to: values[values.count == 1 ? 0 : index]) }
    }
    return result
  }

  /// What was set, as it can be parsed again.
  package var description: String {
    let settings = recipe.parameters.compactMap { spec in
      let values = spec.isPerModel ? perModel[spec.name] : shared.values[spec.name].map { [$0] }
      return values.map { "\(spec.name)=" + $0.map(\.text).joined(separator: ",") }
    }
    return settings.isEmpty ? recipe.name : "\(recipe.name):" + settings.joined(separator: ",")
  }
}
