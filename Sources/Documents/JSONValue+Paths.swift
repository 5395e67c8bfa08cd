extension JSONValue {
  /// The member that a path of keys leads to.
  package func member(at path: [String]) -> JSONValue? {
    path.reduce(self) { value, key in value?[key] }
  }

  /// The object with the member at a path set.
  package func setting(_ path: [String], to value: JSONValue) -> JSONValue {
    guard let key = path.first, let object = objectValue else { return value }
    let new =
      path.count == 1 ? value : (object[key] ?? .object(JSONObject())).setting(Array(path.dropFirst()), to: value)
    return .object(JSONObject(object.members + [(key: key, value: new)]))
  }
}
