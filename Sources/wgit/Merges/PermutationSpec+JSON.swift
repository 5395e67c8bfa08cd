import Documents
import Merging

/// A specification as data: for each tensor one entry per axis, `null` for an axis that keeps its order, the name of a
/// permutation, or the name with the number of elements that move as one.
///
/// ```json
/// {"conv.weight": ["conv", null, null, null], "conv.bias": ["conv"],
///  "head.weight": [null, {"permutation": "conv", "block": 49}]}
/// ```
extension PermutationSpec {
  var json: JSONValue {
    .object(
      JSONObject(
        axes.sorted { $0.key < $1.key }.map { name, axes in
          (name, JSONValue.array(axes.map(PermutationSpec.entry)))
        }))
  }

  private static func entry(_ axis: Axis) -> JSONValue {
    guard let permutation = axis.permutation else { return .null }
    guard axis.blockCount > 1 else { return .string(permutation) }
    return ["permutation": .string(permutation), "block": .integer(Int64(axis.blockCount))]
  }

  /// Permutations are sought in the order of their names.
  ///
  /// - Throws: `badParameter`.
  init(json: JSONValue) throws(MergeError) {
    guard let object = json.objectValue, object.count > 0 else {
      throw MergeError(.badParameter, "a specification of permutations is an object with a list for each tensor")
    }
    var axes: [String: [Axis]] = [:]
    for (name, value) in object.members {
      guard let list = value.arrayValue else {
        throw MergeError(.badParameter, "'\(name)' has no list with an entry for each axis")
      }
      var read: [Axis] = []
      for item in list { read.append(try PermutationSpec.axis(item, of: name)) }
      axes[name] = read
    }
    let names = Set(axes.values.flatMap { $0.compactMap(\.permutation) })
    self.init(axes, order: names.sorted())
  }

  private static func axis(_ value: JSONValue, of name: String) throws(MergeError) -> Axis {
    switch value {
    case .null: return Axis(nil)
    case .string(let permutation): return Axis(permutation)
    case .object(let object):
      guard object.count == 2, let permutation = object["permutation"]?.stringValue,
        let block = object["block"]?.integerValue.flatMap({ Int(exactly: $0) }), block > 0
      else { break }
      return Axis(permutation, blockCount: block)
    case .bool, .integer, .number, .array: break
    }
    throw MergeError(
      .badParameter, "an axis of '\(name)' is null, the name of a permutation, or {\"permutation\": …, \"block\": …}")
  }

  /// Without the tensors that a model does not have.
  func only(_ names: Set<String>) -> PermutationSpec {
    PermutationSpec(axes.filter { names.contains($0.key) }, order: permutations)
  }
}
