import Documents

/// A file that is no checkpoint, merged between the sides.
package struct FileMerge: Sendable {
  /// Why a file has no merged version.
  package enum Conflict: Hashable, Sendable {
    /// Members that the sides set differently, by path: `rope_scaling.factor`.
    case members([String])
    /// Stretches of lines.
    case lines(Int)
    /// Bytes that are no text.
    case bytes
    case deletedModified
    /// A configuration that does not fit the merged weights, one reason each.
    case configuration([String])
  }

  enum Outcome: Sendable {
    case take(Tree.Entry)
    case delete
    case merged([UInt8], isExecutable: Bool)
    case conflict
  }

  package let path: RelativePath
  package private(set) var status: TensorStatus
  package private(set) var conflict: Conflict?
  private(set) var outcome: Outcome
  /// The text with both versions between markers, for a person to edit.
  package private(set) var marked: [UInt8]?
  /// State of a training run that belongs to none of the merged models.
  let isLeftOut: Bool

  /// For members in conflict: the merged object with ours in their place.
  private(set) var undecided: JSONValue?

  init(
    _ path: RelativePath, _ status: TensorStatus, _ outcome: Outcome, conflict: Conflict? = nil,
    marked: [UInt8]? = nil, undecided: JSONValue? = nil, isLeftOut: Bool = false
  ) {
    self.undecided = undecided
    self.isLeftOut = isLeftOut
    self.path = path
    self.status = status
    self.outcome = outcome
    self.conflict = conflict
    self.marked = marked
  }

  mutating func settle(_ entry: Tree.Entry?) {
    outcome = entry.map { .take($0) } ?? .delete
    conflict = nil
    marked = nil
  }

  mutating func refuse(_ reasons: [String]) {
    outcome = .conflict
    conflict = .configuration(reasons)
  }

  mutating func rewrite(_ bytes: [UInt8], isExecutable: Bool) {
    outcome = .merged(bytes, isExecutable: isExecutable)
    conflict = nil
    marked = nil
  }
}
