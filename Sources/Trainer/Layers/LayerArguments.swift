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
}

/// The constructor arguments of one layer of a network definition, each to be read once; what nobody read is an error.
package struct LayerArguments {
  /// Which layer this is, for messages.
  let subject: String
  private var unread: [String: JSONValue]

  init(subject: String, members: [String: JSONValue]) {
    self.subject = subject
    unread = members
  }

  func refusal(_ reason: String) -> TrainerError {
    TrainerError(.malformedNetwork, "\(subject): \(reason)")
  }

  mutating func positiveInteger(
    _ key: String, default preset: Int? = nil, atMost limit: Int = LayerLimits.kernelSize
  ) throws -> Int {
    try integer(key, in: 1...limit, default: preset)
  }

  mutating func naturalNumber(
    _ key: String, default preset: Int? = nil, atMost limit: Int = LayerLimits.kernelSize
  ) throws -> Int {
    try integer(key, in: 0...limit, default: preset)
  }

  mutating func boolean(_ key: String, default preset: Bool) throws -> Bool {
    guard let value = unread.removeValue(forKey: key) else { return preset }
    guard let boolean = value.boolValue else { throw refusal("\"\(key)\" is not true or false") }
    return boolean
  }

  /// Refuses arguments nobody read.
  func finish() throws {
    guard let key = unread.keys.min() else { return }
    throw refusal("unknown argument \"\(key)\"")
  }

  private mutating func integer(_ key: String, in range: ClosedRange<Int>, default preset: Int?) throws -> Int {
    guard let value = unread.removeValue(forKey: key) else {
      guard let preset else { throw refusal("\"\(key)\" is missing") }
      return preset
    }
    guard let integer = value.integerValue.flatMap(Int.init(exactly:)) else {
      throw refusal("\"\(key)\" is not an integer")
    }
    guard range.contains(integer) else {
      throw refusal("\"\(key)\" is \(integer), not between \(range.lowerBound) and \(range.upperBound)")
    }
    return integer
  }
}

/// Bounds on layers, low enough that no product of a shape's numbers overflows 64 bits before it is checked.
enum LayerLimits {
  /// Kernel sizes, strides and paddings.
  static let kernelSize = 1 << 10
  static let channels = 1 << 16
  static let features = 1 << 24
  /// Height and width of an input image.
  static let imageSide = 1 << 14
  /// Floats of one sample between two layers, or kept by one layer.
  static let activations = 1 << 26
  /// Floats in all parameters of a network.
  static let parameters = 1 << 26
  static let layers = 1000
}
