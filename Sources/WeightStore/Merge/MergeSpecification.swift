import Documents
import Tensors

/// What is merged and how, completely: two merges of equal specifications have equal trees.
///
/// It is recorded in the commit, kept while a merge is open, and executed again to prove that a commit is what it says.
package struct MergeSpecification: Hashable, Sendable {
  /// What the commit does to the history.
  package enum Kind: String, Sendable, CaseIterable {
    /// Joins branches.
    case merge
    /// Adds another commit's change.
    case cherryPick = "cherry-pick"
    /// Takes a commit's change back.
    case revert
    /// Averages commits of a range.
    case average
  }

  /// A way to compute tensors, by name, with every parameter.
  package struct Method: Hashable, Sendable {
    package let name: String
    package let parameters: JSONObject

    package init(name: String, parameters: JSONObject = [:]) {
      self.name = name
      self.parameters = parameters
    }

    /// The parameter that says by what the units of networks are brought into one order first: axes by tensor.
    package static let alignmentKey = "align"

    package var alignment: JSONValue? { parameters[Method.alignmentKey] }

    /// The same on networks that are aligned first.
    package func aligned(by alignment: JSONValue) -> Method {
      var parameters = parameters
      _ = parameters.append(Method.alignmentKey, alignment)
      return Method(name: name, parameters: parameters)
    }

    /// Whether units of a tensor may come to stand elsewhere: equal tensors then need not stay equal.
    func reorders(_ tensor: String) -> Bool { alignment?[tensor] != nil }
  }

  /// What becomes of conflicts whose tensor or path fits a pattern.
  package struct Resolution: Hashable, Sendable {
    package enum Choice: Hashable, Sendable {
      case ours
      case theirs
      case base
      case compute(Method)
    }

    /// With `*`, `?` and `[…]`; a star also stands for dots and slashes.
    package let pattern: String
    package let choice: Choice

    package init(pattern: String, choice: Choice) {
      self.pattern = pattern
      self.choice = choice
    }
  }

  /// Whose optimizer state the result keeps.
  package enum OptimizerChoice: String, Sendable, CaseIterable {
    case ours
    case theirs
  }

  package var kind: Kind
  /// Versions that are merged, ours first. Files that are no checkpoints are merged between these.
  package var sides: [ObjectID<Commit>]
  /// What the models were made from.
  package var base: ObjectID<Commit>?
  /// What files that are no checkpoints are compared with.
  package var filesBase: ObjectID<Commit>?
  /// How every tensor is computed that is not equal everywhere; `nil` for a three-way merge.
  package var method: Method?
  /// The models that the method sees, in the order in which they are summed.
  package var ingredients: [Recipe.Ingredient] = []
  /// The first that fits decides.
  package var resolutions: [Resolution] = []
  /// What is merged at all, as patterns of tensors and paths; everything else stays as ours has it. Empty for all.
  package var only: [String] = []
  package var optimizer: OptimizerChoice?
  /// The type of computed tensors; `nil` for that of the base.
  package var dtype: DType?
  package var seed: UInt64 = 0

  package init(
    kind: Kind, sides: [ObjectID<Commit>], base: ObjectID<Commit>?, method: Method? = nil,
    ingredients: [Recipe.Ingredient] = []
  ) {
    self.kind = kind
    self.sides = sides
    self.base = base
    filesBase = base
    self.method = method
    self.ingredients = ingredients
  }

  /// What commits call a merge without a method.
  package static let threeWay = "three-way"

  /// Whether one model is computed with its base, as an interpolation between the two.
  package var isOfOneModel: Bool { kind == .merge && method != nil && ingredients.count == 1 }

  package var methodName: String { method?.name ?? MergeSpecification.threeWay }
}

extension MergeSpecification {
  /// The members of a commit's recipe that say how; ingredients and base have a place of their own there.
  var details: JSONObject {
    var members: JSONObject = ["kind": .string(kind.rawValue), "method": .string(methodName)]
    if let method { _ = members.append("parameters", .object(method.parameters)) }
    if sides != models.map(\.commit) { _ = members.append("sides", .array(sides.map { .string($0.hex) })) }
    if filesBase != base { _ = members.append("filesBase", filesBase.map { .string($0.hex) } ?? .null) }
    if !resolutions.isEmpty { _ = members.append("resolutions", .array(resolutions.map(\.json))) }
    if !only.isEmpty { _ = members.append("only", .array(only.map { .string($0) })) }
    if let optimizer { _ = members.append("optimizer", .string(optimizer.rawValue)) }
    if let dtype { _ = members.append("dtype", .string(dtype.rawValue)) }
    // As text: a JSON reader may have no 64-bit integers.
    if seed != 0 { _ = members.append("seed", .string(String(seed))) }
    return members
  }

  private var models: [Recipe.Ingredient] {
    ingredients.isEmpty ? sides.map { Recipe.Ingredient(commit: $0, weight: 1) } : ingredients
  }

  /// What a commit records.
  package func recipe(more: JSONObject = [:]) -> Recipe {
    var members = details
    for member in more.members { _ = members.append(member.key, member.value) }
    return Recipe(kind: .merge, ingredients: models, base: base, details: members)
  }

  /// Reads what `recipe(more:)` wrote.
  ///
  /// - Throws: `StoreError.malformedObject` for a recipe that is no merge or that this wgit cannot execute.
  package init(_ recipe: Recipe) throws(StoreError) {
    guard recipe.kind == .merge else {
      throw StoreError(.malformedObject, "the recipe is no merge: \(recipe.kind.rawValue)")
    }
    let fields = try ObjectFields(.object(recipe.details), subject: "recipe of a merge")
    guard let kind = Kind(rawValue: fields.optional("kind")?.stringValue ?? Kind.merge.rawValue) else {
      throw fields.wrong("kind", "a kind of merge that this wgit knows")
    }
    let name = try fields.string("method")
    let models = recipe.ingredients
    let sides =
      try fields.optional("sides") == nil ? models.map(\.commit) : fields.digests("sides").map { ObjectID($0) }
    if name == MergeSpecification.threeWay {
      self.init(kind: kind, sides: sides, base: recipe.base)
    } else {
      let parameters = fields.optional("parameters")?.objectValue ?? [:]
      self.init(
        kind: kind, sides: sides, base: recipe.base, method: Method(name: name, parameters: parameters),
        ingredients: models)
    }
    if recipe.details["filesBase"] != nil { filesBase = try fields.optionalDigest("filesBase").map { ObjectID($0) } }
    if fields.optional("resolutions") != nil {
      for item in try fields.objects("resolutions") { resolutions.append(try Resolution(item)) }
    }
    for value in fields.optional("only") == nil ? [] : try fields.array("only") {
      guard let pattern = value.stringValue else { throw fields.wrong("only", "a list of patterns") }
      only.append(pattern)
    }
    optimizer = fields.optional("optimizer")?.stringValue.flatMap { OptimizerChoice(rawValue: $0) }
    dtype = fields.optional("dtype")?.stringValue.flatMap { DType(rawValue: $0) }
    guard let seed = UInt64(fields.optional("seed")?.stringValue ?? "0") else { throw fields.wrong("seed", "a seed") }
    self.seed = seed
  }
}

extension MergeSpecification.Method {
  var json: JSONValue { ["method": .string(name), "parameters": .object(parameters)] }

  init(_ fields: ObjectFields) throws(StoreError) {
    name = try fields.string("method")
    parameters = fields.optional("parameters")?.objectValue ?? [:]
    try fields.finish()
  }
}

extension MergeSpecification.Resolution {
  var json: JSONValue {
    let choice: JSONValue =
      switch self.choice {
      case .ours: "ours"
      case .theirs: "theirs"
      case .base: "base"
      case .compute(let method): method.json
      }
    return ["pattern": .string(pattern), "choice": choice]
  }

  init(_ fields: ObjectFields) throws(StoreError) {
    pattern = try fields.string("pattern")
    switch fields.optional("choice")?.stringValue {
    case "ours": choice = .ours
    case "theirs": choice = .theirs
    case "base": choice = .base
    case .some: throw fields.wrong("choice", "a choice that this wgit knows")
    case nil: choice = .compute(try MergeSpecification.Method(fields.object("choice")))
    }
    try fields.finish()
  }
}
