/// Two versions of a JSON value made from one base, merged key by key.
///
/// A member that changed on one side is taken, a member that both removed or set to the same value counts once, and objects are
/// merged member by member. Arrays and scalars are single values. The order of an object's members is no change.
///
/// - Checked by: JSONMergeTests.
package struct JSONMerge: Sendable {
  /// `nil` if both sides agree that nothing is there.
  package private(set) var value: JSONValue?
  /// Where both sides changed the same thing differently: `rope_scaling.factor`. Ours stands in `value` there.
  package private(set) var conflicts: [String] = []

  package init(base: JSONValue?, ours: JSONValue?, theirs: JSONValue?) {
    value = merge(base, ours, theirs, path: "")
  }

  private mutating func merge(
    _ base: JSONValue?, _ ours: JSONValue?, _ theirs: JSONValue?, path: String
  ) -> JSONValue? {
    if JSONMerge.areEquivalent(ours, theirs) || JSONMerge.areEquivalent(base, theirs) { return ours }
    if JSONMerge.areEquivalent(base, ours) { return theirs }
    guard let left = ours?.objectValue, let right = theirs?.objectValue else {
      conflicts.append(path.isEmpty ? "the whole value" : path)
      return ours
    }
    let before = base?.objectValue ?? [:]
    var keys = left.members.map(\.key)
    keys += right.members.map(\.key).filter { left[$0] == nil }
    if JSONMerge.isSorted(left), JSONMerge.isSorted(right) { keys.sort { JSONKey($0) < JSONKey($1) } }
    var merged = JSONObject()
    for key in keys {
      let place = path.isEmpty ? key : "\(path).\(key)"
      if let value = merge(before[key], left[key], right[key], path: place) { _ = merged.append(key, value) }
    }
    return .object(merged)
  }

  private static func isSorted(_ object: JSONObject) -> Bool {
    zip(object.members, object.members.dropFirst()).allSatisfy { JSONKey($0.key) < JSONKey($1.key) }
  }

  /// Equality that does not look at the order of members.
  package static func areEquivalent(_ left: JSONValue?, _ right: JSONValue?) -> Bool {
    switch (left, right) {
    case (.some(.object(let left)), .some(.object(let right))):
      left.count == right.count
        && left.members.allSatisfy { member in
          right[member.key].map { areEquivalent(member.value, $0) } ?? false
        }
    case (.some(.array(let left)), .some(.array(let right))):
      left.count == right.count && zip(left, right).allSatisfy { areEquivalent($0, $1) }
    default: left == right
    }
  }
}
