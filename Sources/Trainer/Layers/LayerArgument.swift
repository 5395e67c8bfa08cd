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

  static func string(_ key: String, _ value: String) -> LayerArgument {
    LayerArgument(key: key, value: .string(value))
  }

  static func shape(_ key: String, _ value: [Int]) -> LayerArgument {
    LayerArgument(key: key, value: .array(value.map { .integer(Int64($0)) }))
  }

  /// One integer if height and width are the same; nothing if they have their default value.
  static func pair(_ key: String, _ value: Pair, default preset: Pair? = nil) -> [LayerArgument] {
    if value == preset { return [] }
    return [value.height == value.width ? integer(key, value.height) : shape(key, [value.height, value.width])]
  }
}
