import Documents

/// One constructor argument of a layer, as a network definition writes it.
package struct LayerArgument: Sendable {
  let key: String
  let value: JSONValue

  static func integer(_ key: String, _ value: Int) -> LayerArgument {
    LayerArgument(key: key, value: .integer(Int64(value)))
  }

  static func boolean(_ key: String, _ value: Bool) -> LayerArgument {
    LayerArgument(key: key, value: .bool(value))
  }

  static func number(_ key: String, _ value: Double) -> LayerArgument {
    LayerArgument(key: key, value: .number(value))
  }

  static func null(_ key: String) -> LayerArgument {
    LayerArgument(key: key, value: .null)
  }
}
