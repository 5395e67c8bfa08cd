/// Merging relative to a base, as git does: a change that one side made, or several made alike, is taken whole.
///
/// - Checked by: ThreeWayTableTests, row by row.
package enum ThreeWayTable {
  package static func row(_ versions: TensorVersions) -> (status: TensorStatus, verdict: TensorVerdict) {
    let changed = versions.changed
    guard let first = changed.first else { return (.unchanged, .keep) }
    var seen: Set<Manifest.Segment?> = []
    let distinct = changed.filter { seen.insert(versions.sides[$0]).inserted }
    if distinct.count == 1 { return oneChange(versions, changed, first) }
    if distinct.contains(where: { versions.sides[$0] == nil }) {
      return (.deletedModified, .conflict(canCompute: false))
    }
    let isReplaced = versions.isReplaced
    guard versions.haveOneShape(isReplaced ? changed : Array(versions.sides.indices)) else {
      return (.reshapedModified, .conflict(canCompute: false))
    }
    guard versions.areNumbers(changed) else { return (.nonFloat, .conflict(canCompute: false)) }
    if isReplaced { return (.reshapedModified, .conflict(canCompute: true)) }
    if versions.base == nil { return (.addedBoth, .conflict(canCompute: true)) }
    if let (values, type) = versions.recastPair(distinct) {
      return (.recastModified, .recast(values: values, type: type))
    }
    return (.both, .conflict(canCompute: true))
  }

  private static func oneChange(
    _ versions: TensorVersions, _ changed: [Int], _ first: Int
  ) -> (status: TensorStatus, verdict: TensorVerdict) {
    guard let value = versions.sides[first] else {
      return (changed.count == 1 ? .deleted : .deletedBoth, .delete)
    }
    guard let base = versions.base else { return (changed.count == 1 ? .added : .addedSame, .take(first)) }
    if changed.contains(0), changed.count > 1 { return (.same, .take(first)) }
    if value.tensor?.shape != base.tensor?.shape { return (.reshaped, .take(first)) }
    if value.tensor?.dtype != base.tensor?.dtype { return (.recast, .take(first)) }
    return (first == 0 ? .ours : .theirs, .take(first))
  }
}
