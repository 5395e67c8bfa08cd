import Tensors

/// How the versions of one tensor differ: a row of the table in docs/merging.md.
package enum TensorStatus: String, Sendable, CaseIterable {
  /// Nobody changed it.
  case unchanged
  /// Only ours changed it.
  case ours
  /// Only others changed it, all in the same way.
  case theirs
  /// Ours and others made the same change.
  case same
  /// Changed in different ways.
  case both
  case added
  case addedSame = "added-same"
  case addedBoth = "added-both"
  case deleted
  case deletedBoth = "deleted-both"
  case deletedModified = "deleted-modified"
  /// One change, of the shape.
  case reshaped
  case reshapedModified = "reshaped-modified"
  /// One change, of the element type.
  case recast
  case recastModified = "recast-modified"
  /// Integers, booleans or codes that changed in different ways.
  case nonFloat = "non-float"
  /// Outside of what was asked to be merged.
  case left
}

/// What is to become of one tensor, decided from names, types, shapes and hashes alone.
package enum TensorVerdict: Hashable {
  /// The base's tensor, or that of a side.
  case keep
  case take(Int)
  case delete
  /// Computed from these sides by the merge's method.
  case combine([Int])
  /// The values of one side in the element type of another, provided that the latter is the base's values cast.
  case recast(values: Int, type: Int)
  /// Cannot be decided. Where `canCompute`, a method could.
  case conflict(canCompute: Bool)
}

/// One tensor in the base and in all sides; `nil` where it is missing.
package struct TensorVersions {
  /// `nil` also where there is no base at all.
  let base: Manifest.Segment?
  let hasBase: Bool
  let sides: [Manifest.Segment?]

  package init(base: Manifest.Segment?, hasBase: Bool, sides: [Manifest.Segment?]) {
    self.base = base
    self.hasBase = hasBase
    self.sides = sides
  }

  /// Sides that are not as the base.
  var changed: [Int] { sides.indices.filter { sides[$0] != base } }

  /// Sides that have the tensor.
  var present: [Int] { sides.indices.filter { sides[$0] != nil } }

  func dtype(_ side: Int) -> DType? { sides[side]?.tensor?.dtype }

  /// Whether these sides agree on the shape.
  func haveOneShape(_ indices: [Int]) -> Bool { Set(indices.compactMap { sides[$0]?.tensor?.shape }).count <= 1 }

  /// Whether these and the base have one shape but for the length of their first axis.
  func differOnlyInRows(_ indices: [Int]) -> Bool {
    let shapes = ([base] + indices.map { sides[$0] }).compactMap { $0?.tensor?.shape.dimensions }
    return shapes.allSatisfy { !$0.isEmpty && $0.dropFirst() == shapes[0].dropFirst() }
  }

  /// Whether every side replaced the tensor by one of another shape, as a new head does: the base is no base of these.
  var isReplaced: Bool {
    guard let shape = base?.tensor?.shape else { return false }
    return sides.allSatisfy { $0?.tensor?.shape != shape }
  }

  /// Whether elements of all that have it can be computed with.
  func areNumbers(_ indices: [Int]) -> Bool {
    ([base] + indices.map { sides[$0] }).allSatisfy { segment in
      segment?.tensor.map { TensorDifference.canMeasure($0.dtype) } ?? true
    }
  }

  /// Of several different values, those of one element type that is not the base's, and those of the base's: `nil` unless
  /// there is one of each.
  func recastPair(_ distinct: [Int]) -> (values: Int, type: Int)? {
    guard let baseType = base?.tensor?.dtype, distinct.count == 2 else { return nil }
    let recast = distinct.filter { dtype($0) != baseType }
    guard recast.count == 1, let values = distinct.first(where: { $0 != recast[0] }) else { return nil }
    return (values, recast[0])
  }
}
