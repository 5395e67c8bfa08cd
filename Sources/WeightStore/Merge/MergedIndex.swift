import Documents

/// The index of a model that is cut into shards, made anew for a merge: `model.safetensors.index.json`.
enum MergedIndex {
  /// - Parameter template: the index of some version, whose other members are kept.
  /// - Returns: `nil` if a single file needs no index.
  static func value(_ files: [MergedLayout.File], template: JSONValue?) throws -> JSONValue? {
    guard files.count > 1 || template?["weight_map"] != nil else { return nil }
    var places: [(key: String, value: JSONValue)] = []
    var total = 0
    for file in files {
      for tensor in file.tensors {
        places.append((tensor.tensor.name, .string(file.path.name)))
        total += try tensor.tensor.shape.byteCount(of: tensor.tensor.dtype)
      }
    }
    places.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    let metadata = replacing("total_size", with: .integer(Int64(total)), in: template?["metadata"]?.objectValue ?? [:])
    let root = replacing("metadata", with: .object(metadata), in: template?.objectValue ?? [:])
    return .object(replacing("weight_map", with: .object(JSONObject(places)), in: root))
  }

  private static func replacing(_ key: String, with value: JSONValue, in object: JSONObject) -> JSONObject {
    JSONObject(object.members + [(key, value)])
  }
}
