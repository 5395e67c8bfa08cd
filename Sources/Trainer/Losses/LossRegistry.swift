import Documents

/// The losses a task may name.
enum LossRegistry {
  static let types: [any Loss.Type] = [CrossEntropy.self, BinaryCrossEntropy.self, MeanSquaredError.self]

  /// Reads the key `loss` of a task: a name, or a mapping with settings; cross-entropy if it is left out.
  static func loss(task yaml: YAMLMapping) throws -> any Loss {
    guard yaml.has("loss") else { return CrossEntropy() }
    if let name = try? yaml.string("loss") {
      return try type(named: name, yaml, key: "loss").init()
    }
    let mapping = try yaml.mapping("loss")
    return try type(named: mapping.string("name"), mapping, key: "name").init(yaml: mapping)
  }

  private static func type(named name: String, _ yaml: YAMLMapping, key: String) throws -> any Loss.Type {
    guard let type = types.first(where: { $0.name == name }) else {
      throw yaml.invalidValue(of: key, mustBe: "one of " + types.map { $0.name }.joined(separator: ", "))
    }
    return type
  }
}
