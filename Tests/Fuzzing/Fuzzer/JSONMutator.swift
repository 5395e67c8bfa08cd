import Documents

/// Changes JSON as a tree: what is not JSON, or not in the canonical form, most parsers refuse before they look at it.
struct JSONMutator {
  /// Unlike `JSONValue`, this may hold a key twice.
  private indirect enum Node {
    case scalar(JSONValue)
    case array([Node])
    case object([(key: String, value: Node)])
  }

  private var random: Random
  private var strings: [String] = []
  private var numbers: [Int64] = []

  private static let interestingNumbers: [Int64] = [
    0, 1, -1, 2, 8, 255, 1 << 20, 1 << 31, 1 << 32, 1 << 53, 1 << 62, .max, .min, 1440, 253_402_300_800,
  ]
  private static let interestingStrings = [
    "", ".", "..", "../a", "a/../b", ".wgit", ".GIT", "a", "a/b", "F32", "BF16", "F4", "F8_E4M3", "U8", "\u{0}", "é",
    "e\u{301}", "refs/heads/x", "refs/heads/.x", String(repeating: "0", count: 64), "commit", "checkpoint",
    "__metadata__",
  ]

  init(seed: UInt32) { random = Random(seed) }

  /// The changed text, or `nil` if the text is not JSON.
  mutating func mutate(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
    guard let value = try? JSONParser.parse(text) else { return nil }
    collect(value)
    var node = JSONMutator.node(value)
    for _ in 0...random.below(3) {
      var place = random.below(JSONMutator.count(node))
      node = change(node, &place)
    }
    if random.below(2) == 0 { node = repaired(node) }
    var output: [UInt8] = []
    JSONMutator.write(node, isSorted: random.below(8) > 0, to: &output)
    return output
  }

  /// The largest integer in a text, as the end of what it describes.
  mutating func largestNumber(in text: [UInt8], atMost limit: Int64) -> Int? {
    guard let value = try? JSONParser.parse(text) else { return nil }
    numbers = []
    collect(value)
    return numbers.filter { $0 >= 0 && $0 <= limit }.max().map(Int.init)
  }

  private mutating func collect(_ value: JSONValue) {
    switch value {
    case .string(let text): strings.append(text)
    case .integer(let number): numbers.append(number)
    case .array(let elements): for element in elements { collect(element) }
    case .object(let object):
      for member in object.members {
        strings.append(member.key)
        collect(member.value)
      }
    default: break
    }
  }

  private static func node(_ value: JSONValue) -> Node {
    switch value {
    case .array(let elements): .array(elements.map(node))
    case .object(let object): .object(object.members.map { ($0.key, node($0.value)) })
    default: .scalar(value)
    }
  }

  private static func count(_ node: Node) -> Int {
    switch node {
    case .scalar: 1
    case .array(let elements): elements.reduce(1) { $0 + count($1) }
    case .object(let members): members.reduce(1) { $0 + count($1.value) }
    }
  }

  /// Changes the node that comes `place`-th.
  private mutating func change(_ node: Node, _ place: inout Int) -> Node {
    if place == 0 {
      place -= 1
      return changed(node)
    }
    place -= 1
    switch node {
    case .scalar: return node
    case .array(var elements):
      for index in elements.indices where place >= 0 { elements[index] = change(elements[index], &place) }
      return .array(elements)
    case .object(var members):
      for index in members.indices where place >= 0 { members[index].value = change(members[index].value, &place) }
      return .object(members)
    }
  }

  private mutating func changed(_ node: Node) -> Node {
    if random.below(16) == 0 { return nested(node) }
    switch node {
    case .scalar(.string): return .scalar(.string(anotherString()))
    case .scalar(.integer(let number)): return .scalar(.integer(anotherNumber(number)))
    case .scalar: return random.below(2) == 0 ? .scalar(.integer(anotherNumber(0))) : .scalar(.string(anotherString()))
    case .array(var elements):
      switch random.below(4) {
      case 0 where !elements.isEmpty: elements.remove(at: random.below(elements.count))
      case 1 where elements.count > 1: elements.swapAt(random.below(elements.count), random.below(elements.count))
      case 2 where elements.isEmpty: elements.append(.scalar(.integer(anotherNumber(0))))
      default:
        if !elements.isEmpty {
          elements.insert(elements[random.below(elements.count)], at: random.below(elements.count + 1))
        }
      }
      return .array(elements)
    case .object(var members):
      switch random.below(4) {
      case 0 where !members.isEmpty: members.remove(at: random.below(members.count))
      case 1 where !members.isEmpty: members.append(members[random.below(members.count)])
      case 2 where !members.isEmpty: members.append((anotherString(), members[random.below(members.count)].value))
      default:
        for number in 0...random.below(10) { members.append(("k\(number)", .scalar(.integer(anotherNumber(0))))) }
      }
      return .object(members)
    }
  }

  private mutating func nested(_ node: Node) -> Node {
    var nested = node
    for _ in 0...(random.below(4) == 0 ? random.below(80) : 0) { nested = .array([nested]) }
    return nested
  }

  private mutating func anotherNumber(_ number: Int64) -> Int64 {
    switch random.below(4) {
    case 0: number &+ Int64(random.below(17)) &- 8
    case 1 where !numbers.isEmpty: numbers[random.below(numbers.count)]
    case 2: number &* Int64(random.below(5))
    default: JSONMutator.interestingNumbers[random.below(JSONMutator.interestingNumbers.count)]
    }
  }

  private mutating func anotherString() -> String {
    let known = strings.isEmpty ? "" : strings[random.below(strings.count)]
    switch random.below(4) {
    case 0: return known + "/" + JSONMutator.interestingStrings[random.below(JSONMutator.interestingStrings.count)]
    case 1: return known
    case 2: return String(known.dropLast(1 + random.below(3)))
    default: return JSONMutator.interestingStrings[random.below(JSONMutator.interestingStrings.count)]
    }
  }

  /// Puts right what a change elsewhere has made wrong: the size of the whole, and the order of paths.
  private func repaired(_ node: Node) -> Node {
    guard case .object(var members) = node else { return node }
    for index in members.indices {
      guard case .array(let items) = members[index].value else { continue }
      switch members[index].key {
      case "segments":
        let total = items.reduce(Int64(0)) { $0 &+ (JSONMutator.member("byteCount", of: $1)?.integerValue ?? 0) }
        for position in members.indices where members[position].key == "byteCount" {
          members[position].value = .scalar(.integer(total))
        }
      case "entries":
        let sorted = items.sorted { left, right in
          let paths = [left, right].map { Array((JSONMutator.member("path", of: $0)?.stringValue ?? "").utf8) }
          return paths[0].lexicographicallyPrecedes(paths[1])
        }
        members[index].value = .array(sorted)
      default: break
      }
    }
    return .object(members)
  }

  private static func member(_ key: String, of node: Node) -> JSONValue? {
    guard case .object(let members) = node, case .scalar(let value)? = members.first(where: { $0.key == key })?.value
    else { return nil }
    return value
  }

  private static func write(_ node: Node, isSorted: Bool, to output: inout [UInt8]) {
    switch node {
    case .scalar(let value): output += value.canonicalBytes()
    case .array(let elements):
      output.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        write(element, isSorted: isSorted, to: &output)
      }
      output.append(UInt8(ascii: "]"))
    case .object(var members):
      if isSorted { members.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) } }
      output.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        output += JSONValue.string(member.key).canonicalBytes()
        output.append(UInt8(ascii: ":"))
        write(member.value, isSorted: isSorted, to: &output)
      }
      output.append(UInt8(ascii: "}"))
    }
  }
}

/// A small generator of numbers: a run with the same seed makes the same inputs.
struct Random {
  private var state: UInt64

  init(_ seed: UInt32) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1 }

  /// From 0 to `limit` - 1.
  mutating func below(_ limit: Int) -> Int {
    state ^= state &<< 13
    state ^= state &>> 7
    state ^= state &<< 17
    return Int(state &>> 33) % max(1, limit)
  }
}
