import Documents

/// An object that is stored as canonical JSON: sorted keys, no white space, UTF-8 (docs/format.md).
///
/// Every object starts with `"type"` and `"version"`, so that a later format can be told apart.
package protocol CanonicalObject: ObjectType {
  /// The versions of this type's form that this wgit reads.
  static var versions: ClosedRange<Int64> { get }
  /// The version this object is written in.
  var version: Int64 { get }
  /// Members without `type` and `version`.
  var fields: JSONObject { get }
  init(fields: ObjectFields) throws(StoreError)
}

extension CanonicalObject {
  package static var versions: ClosedRange<Int64> { 1...1 }
  package var version: Int64 { 1 }

  package var canonicalBytes: [UInt8] {
    var members = fields.members.map { ($0.key, $0.value) }
    members.append(("type", .string(Self.kind.name)))
    members.append(("version", .integer(version)))
    return JSONValue.object(JSONObject(members)).canonicalBytes()
  }

  package var id: ObjectID<Self> { ObjectID(SHA256.digest(of: canonicalBytes)) }

  /// - Throws: `StoreError.malformedObject` unless the bytes are an object of this type that this wgit knows whole.
  package init(canonicalBytes bytes: [UInt8]) throws(StoreError) {
    let json: JSONValue
    do {
      json = try JSONParser.parse(bytes)
    } catch {
      throw StoreError(.malformedObject, "a \(Self.kind.name) is not JSON: \(error.message)", cause: error)
    }
    let fields = try ObjectFields(json, subject: Self.kind.name)
    guard try fields.string("type") == Self.kind.name else {
      throw StoreError(.malformedObject, "an object is not the \(Self.kind.name) it should be")
    }
    let found = try fields.integer("version")
    guard Self.versions.contains(found) else {
      let known = Self.versions.map { "\($0)" }.joined(separator: " and ")
      throw StoreError(
        .unsupportedFormat, "a \(Self.kind.name) has version \(found); this wgit reads version \(known)")
    }
    try self.init(fields: fields)
    try fields.finish()
    // One object, one text: otherwise the same commit could have two ids.
    guard canonicalBytes == bytes else {
      throw StoreError(.malformedObject, "a \(Self.kind.name) is not written in the canonical form")
    }
  }
}

/// Strict reading of one JSON object: wrong types and unknown keys are errors that name the field.
package final class ObjectFields {
  private let object: JSONObject
  private let subject: String
  private var known: Set<String> = []

  package init(_ json: JSONValue, subject: String) throws(StoreError) {
    guard let object = json.objectValue else {
      throw StoreError(.malformedObject, "\(subject): a JSON object is expected")
    }
    self.object = object
    self.subject = subject
  }

  package func optional(_ key: String) -> JSONValue? {
    known.insert(key)
    guard let value = object[key], value != .null else { return nil }
    return value
  }

  package func string(_ key: String) throws(StoreError) -> String {
    guard let value = optional(key)?.stringValue else { throw wrong(key, "a string") }
    return value
  }

  package func integer(_ key: String) throws(StoreError) -> Int64 {
    guard let value = optional(key)?.integerValue else { throw wrong(key, "an integer") }
    return value
  }

  /// A size or an offset: an integer from 0.
  package func count(_ key: String) throws(StoreError) -> Int {
    guard let value = Int(exactly: try integer(key)), value >= 0 else { throw wrong(key, "a count") }
    return value
  }

  package func array(_ key: String) throws(StoreError) -> [JSONValue] {
    guard let value = optional(key)?.arrayValue else { throw wrong(key, "an array") }
    return value
  }

  package func digest(_ key: String) throws(StoreError) -> Digest {
    guard let value = Digest(hex: try string(key)) else { throw wrong(key, "64 hexadecimal digits") }
    return value
  }

  package func optionalDigest(_ key: String) throws(StoreError) -> Digest? {
    try optional(key) == nil ? nil : digest(key)
  }

  package func digests(_ key: String) throws(StoreError) -> [Digest] {
    var digests: [Digest] = []
    for value in try array(key) {
      guard let digest = value.stringValue.flatMap({ Digest(hex: $0) }) else { throw wrong(key, "a list of ids") }
      digests.append(digest)
    }
    return digests
  }

  package func object(_ key: String) throws(StoreError) -> ObjectFields {
    guard let value = optional(key) else { throw wrong(key, "an object") }
    return try ObjectFields(value, subject: "\(subject), \(key)")
  }

  package func objects(_ key: String) throws(StoreError) -> [ObjectFields] {
    var fields: [ObjectFields] = []
    for (position, value) in try array(key).enumerated() {
      fields.append(try ObjectFields(value, subject: "\(subject), \(key)[\(position)]"))
    }
    return fields
  }

  package func finish() throws(StoreError) {
    for member in object.members where !known.contains(member.key) {
      throw StoreError(.malformedObject, "\(subject): unknown field '\(member.key)'")
    }
  }

  package func wrong(_ key: String, _ expected: String) -> StoreError {
    StoreError(.malformedObject, "\(subject): field '\(key)' is not \(expected)")
  }
}
