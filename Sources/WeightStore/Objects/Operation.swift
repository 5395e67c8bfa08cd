import Documents

/// One change of refs, with the refs before and after: the undo log. Each operation names the one before it.
package struct Operation: CanonicalObject, Hashable {
  package static let kind = ObjectKind.operation

  /// A ref that moved; `nil` means absent.
  package struct RefChange: Hashable, Sendable {
    package let name: RefName
    package let before: ObjectID<Commit>?
    package let after: ObjectID<Commit>?

    package init(name: RefName, before: ObjectID<Commit>?, after: ObjectID<Commit>?) {
      self.name = name
      self.before = before
      self.after = after
    }
  }

  package let previous: ObjectID<Operation>?
  /// The command as a person would recognise it: "commit: Tune head".
  package let description: String
  package let unixSeconds: Int64
  package let headBefore: Head
  package let headAfter: Head
  package let refChanges: [RefChange]
  /// Whether the files of the working folder followed what is checked out.
  package let broughtIn: Bool
  /// The operation that this one takes back.
  package let undoes: ObjectID<Operation>?

  /// Whether it only put a commit aside that no branch has yet: nothing that a person would take back.
  var isAside: Bool { headBefore == headAfter && !refChanges.isEmpty && refChanges.allSatisfy(\.name.isCandidate) }

  package var fields: JSONObject {
    JSONObject([
      ("broughtIn", .bool(broughtIn)),
      ("description", .string(description)),
      ("headAfter", headAfter.json),
      ("headBefore", headBefore.json),
      ("previous", previous.map { .string($0.hex) } ?? .null),
      ("refChanges", .array(refChanges.map(\.json))),
      ("undoes", undoes.map { .string($0.hex) } ?? .null),
      ("unixSeconds", .integer(unixSeconds)),
    ])
  }

  package init(
    previous: ObjectID<Operation>?, description: String, unixSeconds: Int64, headBefore: Head, headAfter: Head,
    refChanges: [RefChange], broughtIn: Bool = false, undoes: ObjectID<Operation>? = nil
  ) {
    self.previous = previous
    self.description = description
    self.unixSeconds = unixSeconds
    self.headBefore = headBefore
    self.headAfter = headAfter
    self.refChanges = refChanges
    self.broughtIn = broughtIn
    self.undoes = undoes
  }

  package init(fields: ObjectFields) throws(StoreError) {
    previous = try fields.optionalDigest("previous").map { ObjectID($0) }
    description = try fields.string("description")
    unixSeconds = try fields.integer("unixSeconds")
    headBefore = try Head(fields.object("headBefore"))
    headAfter = try Head(fields.object("headAfter"))
    var changes: [RefChange] = []
    for item in try fields.objects("refChanges") { changes.append(try RefChange(item)) }
    refChanges = changes
    guard let broughtIn = fields.optional("broughtIn")?.boolValue else {
      throw fields.wrong("broughtIn", "true or false")
    }
    self.broughtIn = broughtIn
    undoes = try fields.optionalDigest("undoes").map { ObjectID($0) }
  }
}

extension Operation.RefChange {
  var json: JSONValue {
    .object(
      JSONObject([
        ("after", after.map { .string($0.hex) } ?? .null),
        ("before", before.map { .string($0.hex) } ?? .null),
        ("name", .string(name.text)),
      ]))
  }

  init(_ fields: ObjectFields) throws(StoreError) {
    name = try RefName(fields.string("name"))
    before = try fields.optionalDigest("before").map { ObjectID($0) }
    after = try fields.optionalDigest("after").map { ObjectID($0) }
    try fields.finish()
  }
}
