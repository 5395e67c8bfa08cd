import Documents

/// How a commit's weights were made. The kind is read by wgit; the details are the maker's own and kept as they are.
package struct Recipe: Hashable, Sendable {
  package enum Kind: String, Sendable {
    /// Files taken from the working folder.
    case `import`
    /// Trained from the first parent.
    case finetune
    /// Combined from ingredient commits.
    case merge
  }

  /// A commit that went into a merge, with its share before normalisation.
  package struct Ingredient: Hashable, Sendable {
    package let commit: ObjectID<Commit>
    package let weight: Double

    package init(commit: ObjectID<Commit>, weight: Double) {
      self.commit = commit
      self.weight = weight
    }
  }

  package let kind: Kind
  /// Present for a merge: the leaf ingredients, never other merges.
  package let ingredients: [Ingredient]
  /// What the ingredients were made from, if the merge made use of it.
  package let base: ObjectID<Commit>?
  /// Everything else: method, hyper-parameters, data ids, seeds, versions.
  package let details: JSONObject

  package init(
    kind: Kind, ingredients: [Ingredient] = [], base: ObjectID<Commit>? = nil, details: JSONObject = [:]
  ) {
    self.kind = kind
    self.ingredients = ingredients
    self.base = base
    self.details = details
  }

  /// Everything that the merge can only be replayed with.
  var commits: [ObjectID<Commit>] { ingredients.map(\.commit) + [base].compactMap(\.self) }

  /// The merge method, if this is a merge.
  package var method: String? { details["method"]?.stringValue }

  var json: JSONValue {
    var members: [(String, JSONValue)] = [("details", .object(details)), ("kind", .string(kind.rawValue))]
    if let base { members.append(("base", .string(base.hex))) }
    if !ingredients.isEmpty {
      let items = ingredients.map { ingredient in
        JSONValue.object(
          JSONObject([("commit", .string(ingredient.commit.hex)), ("weight", .number(ingredient.weight))]))
      }
      members.append(("ingredients", .array(items)))
    }
    return .object(JSONObject(members))
  }

  init(json: JSONValue) throws(StoreError) {
    let fields = try ObjectFields(json, subject: "recipe")
    guard let kind = Kind(rawValue: try fields.string("kind")) else {
      throw fields.wrong("kind", "a way of making weights that this wgit knows")
    }
    self.kind = kind
    details = fields.optional("details")?.objectValue ?? [:]
    var ingredients: [Ingredient] = []
    if fields.optional("ingredients") != nil {
      for item in try fields.objects("ingredients") {
        guard let weight = item.optional("weight")?.numberValue else { throw item.wrong("weight", "a number") }
        ingredients.append(Ingredient(commit: ObjectID(try item.digest("commit")), weight: weight))
        try item.finish()
      }
    }
    self.ingredients = ingredients
    base = try fields.optionalDigest("base").map { ObjectID($0) }
    try fields.finish()
  }
}
