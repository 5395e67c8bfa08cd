/// Merging by a method: every model counts on every tensor that is not equal in all of them, also those that left it as it
/// was. What cannot be computed with (added, deleted, integers) follows the base as in a three-way merge.
///
/// - Checked by: AverageTableTests, row by row.
package enum AverageTable {
  /// - Parameter needsBase: the method cannot do without.
  package static func row(_ versions: TensorVersions, needsBase: Bool) -> (status: TensorStatus, verdict: TensorVerdict)
  {
    let (status, verdict) = ThreeWayTable.row(versions)
    let present = versions.present
    // A model alone is computed with its base.
    let isAlone = needsBase && versions.sides.count == 1
    switch status {
    case .unchanged, .added, .addedSame, .deleted, .deletedBoth, .deletedModified, .nonFloat, .left:
      return (status, verdict)
    case .reshapedModified:
      guard case .conflict(canCompute: true) = verdict, !needsBase else {
        return (status, .conflict(canCompute: false))
      }
      return (status, .combine(present))
    case .reshaped: return (.reshaped, .conflict(canCompute: false))
    case .recast:
      // Where the values are the same, the type is a change of its own.
      guard case .take(let side) = verdict, versions.areNumbers(present) else { return (status, verdict) }
      if isAlone { return (status, .combine(present)) }
      return (status, .recast(values: side == 0 ? 1 : 0, type: side))
    case .recastModified: return (status, verdict)
    case .addedBoth: return (status, needsBase ? .conflict(canCompute: false) : .combine(present))
    case .ours, .theirs, .same, .both:
      if !isAlone, versions.sides.allSatisfy({ $0 == versions.sides[0] }) { return (status, verdict) }
      guard versions.areNumbers(present) else { return (status, verdict) }
      guard versions.haveOneShape(present) else { return (.reshapedModified, .conflict(canCompute: false)) }
      return (status, .combine(present))
    }
  }
}
