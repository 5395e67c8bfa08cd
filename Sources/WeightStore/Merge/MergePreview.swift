import Tensors

/// What can be said of a merge before it is made: how much there is to read and to compute, and the tensors that models
/// changed from their base.
extension MergePlan {
  package struct Sizes: Hashable, Sendable {
    package var computedTensorCount = 0
    /// Of the inputs of what is computed.
    package var readByteCount = 0
    /// Of what is computed.
    package var computedByteCount = 0
    /// Of what stays as some version has it.
    package var keptByteCount = 0
  }

  package var sizes: Sizes {
    var sizes = Sizes()
    for tensor in models.flatMap(\.tensors) {
      switch tensor.outcome {
      case .take(let place): sizes.keptByteCount += place.segment.byteCount
      case .compute(let computation):
        sizes.computedTensorCount += 1
        sizes.readByteCount += computation.readByteCount
        sizes.computedByteCount += (try? computation.tensor.shape.byteCount(of: computation.tensor.dtype)) ?? 0
      case .delete, .conflict: break
      }
    }
    return sizes
  }

  /// A tensor of numbers that the base and all models have in one shape, and that at least one model changed.
  package struct ChangedTensor: Sendable {
    package let name: String
    package let base: StoredTensor
    /// `nil` for a model that left it as it was.
    package let models: [StoredTensor?]

    package var readByteCount: Int {
      ([base] + models.compactMap(\.self)).reduce(0) { $0 + $1.segment.byteCount }
    }
  }
}

extension Repository {
  /// The tensors whose changes can be compared, found by hash: nothing is read yet. Empty without a base.
  package func changedTensors(
    _ plan: MergePlan, of specification: MergeSpecification
  ) throws(StoreError) -> [MergePlan.ChangedTensor] {
    guard specification.base != nil else { return [] }
    let versions = try MergeVersions(specification, self)
    let cache = ChunkCache(store: store, capacity: 2 * (versions.models.count + 1) * (settings.workerCount + 1))
    return plan.models.flatMap { model in
      model.tensors.compactMap { tensor -> MergePlan.ChangedTensor? in
        let name = TensorName(tensor.name)
        guard let base = model.context.place(0, name)?.segment else { return nil }
        let segments = versions.modelIndices.compactMap { model.context.place($0, name)?.segment }
        guard segments.count == versions.models.count, segments.contains(where: { $0 != base }),
          ([base] + segments).allSatisfy({ segment in
            segment.tensor.map { TensorDifference.canMeasure($0.dtype) && $0.shape == base.tensor?.shape } ?? false
          }), let before = StoredTensor(base, cache: cache)
        else { return nil }
        return MergePlan.ChangedTensor(
          name: tensor.name, base: before, models: segments.map { $0 == base ? nil : StoredTensor($0, cache: cache) })
      }
    }
  }

  /// Threads for a caller's work on tensors.
  package var parallelRunner: ParallelRunner { ParallelRunner(loop: loop) }
}
