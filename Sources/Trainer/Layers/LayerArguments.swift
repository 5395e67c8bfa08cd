import Documents

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

  /// A whole number for height and width, or a list of both.
  mutating func pair(_ key: String, in range: ClosedRange<Int>, default preset: Pair? = nil) throws -> Pair {
    guard let list = unread[key]?.arrayValue else {
      if unread[key] == nil, let preset { return preset }
      return try Pair(integer(key, in: range, default: nil))
    }
    unread.removeValue(forKey: key)
    let sizes = list.compactMap { $0.integerValue.flatMap(Int.init(exactly:)) }
    guard list.count == 2, sizes.count == 2 else {
      throw refusal("\"\(key)\" is not an integer or a list [height, width]")
    }
    for size in sizes where !range.contains(size) {
      throw refusal("\"\(key)\" is \(size), not between \(range.lowerBound) and \(range.upperBound)")
    }
    return Pair(sizes[0], sizes[1])
  }

  mutating func boolean(_ key: String, default preset: Bool) throws -> Bool {
    guard let value = unread.removeValue(forKey: key) else { return preset }
    guard let boolean = value.boolValue else { throw refusal("\"\(key)\" is not true or false") }
    return boolean
  }

  /// Whether the argument is given as `null`, which is then read.
  mutating func isNull(_ key: String) -> Bool {
    guard unread[key] == .null else { return false }
    unread.removeValue(forKey: key)
    return true
  }

  mutating func number(_ key: String, default preset: Double, in range: ClosedRange<Double>) throws -> Double {
    guard let value = unread.removeValue(forKey: key) else { return preset }
    guard let number = value.numberValue else { throw refusal("\"\(key)\" is not a number") }
    guard range.contains(number) else {
      throw refusal("\"\(key)\" is \(number), not between \(range.lowerBound) and \(range.upperBound)")
    }
    return number
  }

  /// A list of positive integers.
  mutating func shape(_ key: String, atMost limit: Int) throws -> [Int] {
    guard unread[key]?.arrayValue != nil else { return [try integer(key, in: 1...limit, default: nil)] }
    let list = unread.removeValue(forKey: key)?.arrayValue ?? []
    let sizes = list.compactMap { $0.integerValue.flatMap(Int.init(exactly:)) }
    guard !list.isEmpty, sizes.count == list.count, sizes.allSatisfy({ (1...limit).contains($0) }) else {
      throw refusal("\"\(key)\" is not a list of integers between 1 and \(limit)")
    }
    return sizes
  }

  mutating func string(_ key: String, default preset: String, among choices: [String]) throws -> String {
    guard let value = unread.removeValue(forKey: key) else { return preset }
    guard let text = value.stringValue, choices.contains(text) else {
      throw refusal("\"\(key)\" is not \(choices.map { $0.quoted() }.joined(separator: " or "))")
    }
    return text
  }

  /// Refuses arguments nobody read.
  func finish() throws {
    guard let key = unread.keys.min() else { return }
    throw refusal("unknown argument \(key.quoted())")
  }

  mutating func integer(_ key: String, in range: ClosedRange<Int>, default preset: Int?) throws -> Int {
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
