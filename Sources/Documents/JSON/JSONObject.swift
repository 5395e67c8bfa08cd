/// The members of a JSON object, in the order written, found by key in constant time.
package struct JSONObject: Sendable {
  package typealias Member = (key: String, value: JSONValue)

  /// The members in order. No two keys have the same bytes.
  package private(set) var members: [Member]

  /// Where each key stands; only for objects too large to search through.
  private var positions: [JSONKey: Int]?

  private static let largestSearched = 8

  /// An object of the given members. A repeated key replaces the earlier value, in the earlier place.
  package init(_ members: [Member] = []) {
    self.members = []
    for member in members {
      if !append(member.key, member.value), let position = position(of: member.key) {
        self.members[position].value = member.value
      }
    }
  }

  package var count: Int { members.count }

  package var isEmpty: Bool { members.isEmpty }

  /// The value of a key, compared by its UTF-8 bytes.
  package subscript(key: String) -> JSONValue? {
    position(of: key).map { members[$0].value }
  }

  /// Adds a member at the end, unless the key is there already.
  ///
  /// - Returns: whether it was added.
  package mutating func append(_ key: String, _ value: JSONValue) -> Bool {
    let wrapped = JSONKey(key)
    if positions != nil {
      if let earlier = positions?.updateValue(members.count, forKey: wrapped) {
        positions?[wrapped] = earlier
        return false
      }
    } else {
      guard !members.contains(where: { JSONKey($0.key) == wrapped }) else { return false }
    }
    members.append((key: key, value: value))
    if positions == nil, members.count > Self.largestSearched {
      positions = Dictionary(uniqueKeysWithValues: members.enumerated().map { (JSONKey($1.key), $0) })
    }
    return true
  }

  private func position(of key: String) -> Int? {
    let wrapped = JSONKey(key)
    if let positions { return positions[wrapped] }
    return members.firstIndex { JSONKey($0.key) == wrapped }
  }
}

extension JSONObject: Hashable {
  package static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.members.elementsEqual(right.members) { JSONKey($0.key) == JSONKey($1.key) && $0.value == $1.value }
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(members.count)
    for member in members {
      hasher.combine(JSONKey(member.key))
      hasher.combine(member.value)
    }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self.init(elements.map { (key: $0, value: $1) })
  }
}
