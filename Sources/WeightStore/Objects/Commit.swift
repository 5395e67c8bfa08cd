import Documents

/// A snapshot with its parents, and how it was made.
package struct Commit: CanonicalObject, Hashable {
  package static let kind = ObjectKind.commit

  /// A person at a moment.
  package struct Signature: Hashable, Sendable {
    package let name: String
    package let email: String
    /// Seconds since 1970-01-01 00:00 UTC.
    package let unixSeconds: Int64
    /// Minutes east of UTC.
    package let zoneMinutes: Int64

    /// The years 1 to 9999.
    package static let knownSeconds: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    package init(name: String, email: String, unixSeconds: Int64, zoneMinutes: Int64) {
      self.name = name
      self.email = email
      self.unixSeconds = unixSeconds
      self.zoneMinutes = zoneMinutes
    }
  }

  package let tree: ObjectID<Tree>
  /// The first parent is the branch that moved. An average has one parent for each ingredient.
  package let parents: [ObjectID<Commit>]
  package let author: Signature
  package let committer: Signature
  package let message: String
  /// How the weights came to be: import, finetune with data ids and hyper-parameters, merge with ingredients.
  package let recipe: Recipe

  package init(
    tree: ObjectID<Tree>, parents: [ObjectID<Commit>], author: Signature, committer: Signature, message: String,
    recipe: Recipe
  ) {
    self.tree = tree
    self.parents = parents
    self.author = author
    self.committer = committer
    self.message = message
    self.recipe = recipe
  }

  /// The first line of the message.
  package var subject: String {
    String(message.split(separator: "\n", omittingEmptySubsequences: true).first ?? "")
  }

  package var fields: JSONObject {
    JSONObject([
      ("author", author.json),
      ("committer", committer.json),
      ("message", .string(message)),
      ("parents", .array(parents.map { .string($0.hex) })),
      ("recipe", recipe.json),
      ("tree", .string(tree.hex)),
    ])
  }

  package init(fields: ObjectFields) throws(StoreError) {
    tree = ObjectID(try fields.digest("tree"))
    parents = try fields.digests("parents").map { ObjectID($0) }
    author = try Signature(fields.object("author"))
    committer = try Signature(fields.object("committer"))
    message = try fields.string("message")
    recipe = try Recipe(json: fields.optional("recipe") ?? .null)
  }
}

extension Commit.Signature {
  var json: JSONValue {
    .object(
      JSONObject([
        ("email", .string(email)),
        ("name", .string(name)),
        ("unixSeconds", .integer(unixSeconds)),
        ("zoneMinutes", .integer(zoneMinutes)),
      ]))
  }

  init(_ fields: ObjectFields) throws(StoreError) {
    name = try fields.string("name")
    email = try fields.string("email")
    unixSeconds = try fields.integer("unixSeconds")
    zoneMinutes = try fields.integer("zoneMinutes")
    try fields.finish()
    guard Self.knownSeconds.contains(unixSeconds) else { throw fields.wrong("unixSeconds", "a date") }
    // No zone is more than a day away.
    guard (-1440...1440).contains(zoneMinutes) else { throw fields.wrong("zoneMinutes", "a time zone") }
  }
}
