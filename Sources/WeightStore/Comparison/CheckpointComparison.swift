import Tensors

/// Two versions of a checkpoint, tensor by tensor.
package struct CheckpointComparison: Sendable {
  package enum Status: String, Sendable {
    case added
    case deleted
    /// Other bytes, same dtype and shape.
    case changed
    case reshaped
    case recast
  }

  package struct TensorChange: Sendable {
    package let name: String
    package let status: Status
    package let before: Manifest.Tensor?
    package let after: Manifest.Tensor?
    /// How far the values moved; only for `.changed` floating-point tensors, and only if asked for.
    package fileprivate(set) var difference: TensorDifference?
  }

  /// What is compared, and how closely.
  package struct Scope: Sendable {
    /// Reads changed weights to say how far they moved; otherwise only ids are compared.
    package var measures: Bool
    /// Also gathers how many elements moved how far.
    package var countsMagnitudes: Bool
    /// Only tensors whose name fits one of these; all if empty.
    package var tensors: [NamePattern]

    package init(measures: Bool = true, countsMagnitudes: Bool = false, tensors: [NamePattern] = []) {
      self.measures = measures
      self.countsMagnitudes = countsMagnitudes
      self.tensors = tensors
    }

    func includes(_ name: TensorName) -> Bool { tensors.isEmpty || tensors.contains { $0.matches(name.text) } }
  }

  /// In the file order of the new version, deleted tensors last.
  package let changes: [TensorChange]
  package let unchangedCount: Int
  /// What stands before the names of one version only; such tensors are compared.
  package let prefix: TensorPrefix?

  /// A tensor that is there in both versions with other bytes.
  private struct Pair {
    let old: Manifest.Segment
    let new: Manifest.Segment
    /// Where its change stands in the list.
    let position: Int
  }

  /// Equal chunks are known from their ids; weights are read, several tensors at a time, only where the ids differ.
  init(
    from before: some CheckpointReader, to after: some CheckpointReader, scope: Scope, loop: ParallelLoop
  ) throws {
    let old = Dictionary(
      before.manifest.tensors.map { (TensorName($0.tensor.name), $0) }, uniquingKeysWith: { first, _ in first })
    prefix = TensorPrefix(
      from: before.manifest.tensors.map(\.tensor), to: after.manifest.tensors.map(\.tensor))
    var seen: Set<TensorName> = []
    var changes: [TensorChange] = []
    var pairs: [Pair] = []
    var unchanged = 0
    for new in after.manifest.tensors {
      let name = TensorName(new.tensor.name)
      let earlier = prefix?.earlier(new.tensor.name).map { TensorName($0) }
      let match = old[name].map { (name, $0) } ?? earlier.flatMap { name in old[name].map { (name, $0) } }
      if let match { seen.insert(match.0) }
      guard scope.includes(name) else { continue }
      guard let (_, previous) = match else {
        changes.append(TensorChange(name: name.text, status: .added, before: nil, after: new.tensor))
        continue
      }
      if previous.segment.holds(new.segment) {
        unchanged += 1
        continue
      }
      let status = CheckpointComparison.status(previous.tensor, new.tensor)
      if scope.measures, status == .changed, TensorDifference.canMeasure(new.tensor.dtype) {
        pairs.append(Pair(old: previous.segment, new: new.segment, position: changes.count))
      }
      changes.append(TensorChange(name: name.text, status: status, before: previous.tensor, after: new.tensor))
    }
    for previous in before.manifest.tensors {
      let name = TensorName(previous.tensor.name)
      guard !seen.contains(name), scope.includes(name) else { continue }
      changes.append(
        TensorChange(name: previous.tensor.name, status: .deleted, before: previous.tensor, after: nil))
    }
    let differences = WorkerSlots<TensorDifference>(count: pairs.count)
    try loop.run(count: pairs.count) { index in
      differences[index] = try Self.measure(pairs[index].old, before, pairs[index].new, after, scope)
    }
    for (index, pair) in pairs.enumerated() { changes[pair.position].difference = differences[index] }
    self.changes = changes
    unchangedCount = unchanged
  }

  private static func status(_ before: Manifest.Tensor, _ after: Manifest.Tensor) -> Status {
    if before.shape != after.shape { return .reshaped }
    return before.dtype == after.dtype ? .changed : .recast
  }

  private static func measure(
    _ oldSegment: Manifest.Segment, _ before: some CheckpointReader, _ newSegment: Manifest.Segment,
    _ after: some CheckpointReader, _ scope: Scope
  ) throws(StoreError) -> TensorDifference? {
    guard let tensor = newSegment.tensor else { return nil }
    var difference = TensorDifference(countingMagnitudes: scope.countsMagnitudes)
    var sketch = DifferenceSketch(shape: tensor.shape, dtype: tensor.dtype)
    for index in newSegment.chunks.indices {
      let new = try after.chunk(index, of: newSegment)
      let isEqual = oldSegment.chunks[index] == newSegment.chunks[index]
      let old = isEqual ? new : try before.chunk(index, of: oldSegment)
      do {
        try difference.add(before: old, after: new, dtype: tensor.dtype, to: &sketch)
      } catch {
        throw StoreError(.corruptObject, "'\(tensor.name)': \(error.message)", cause: error)
      }
    }
    difference.takeRank(from: &sketch)
    return difference
  }
}

extension Manifest.Segment {
  /// Whether the other segment is the same tensor, whatever its name.
  fileprivate func holds(_ other: Manifest.Segment) -> Bool {
    tensor?.dtype == other.tensor?.dtype && tensor?.shape == other.tensor?.shape && chunks == other.chunks
      && byteCount == other.byteCount
  }
}
