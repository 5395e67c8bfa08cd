import Documents

/// What is checked out: a branch, which may have no commit yet, or a commit without a branch.
package enum Head: Hashable, Sendable {
  case branch(RefName)
  case detached(ObjectID<Commit>)

  package var branchName: String? {
    if case .branch(let name) = self { return name.branchName }
    return nil
  }

  var json: JSONValue {
    switch self {
    case .branch(let name): .object(JSONObject([("branch", .string(name.text))]))
    case .detached(let id): .object(JSONObject([("commit", .string(id.hex))]))
    }
  }

  init(_ fields: ObjectFields) throws(StoreError) {
    if fields.optional("branch") != nil {
      self = .branch(try RefName(fields.string("branch")))
    } else {
      self = .detached(ObjectID(try fields.digest("commit")))
    }
    try fields.finish()
  }
}
