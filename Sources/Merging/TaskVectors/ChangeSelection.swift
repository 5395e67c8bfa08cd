/// The largest changes of models against their base, by exact numbers.
enum ChangeSelection {
  /// - Parameters:
  ///   - counts: for each model how many of its largest changes are wanted, in several selections each.
  /// - Returns: for each model its selections.
  static func largest(
    _ models: [any TensorReader], base: any TensorReader, counts: [[Int]], on executor: MergeExecutor
  ) throws -> [[TopSelection]] {
    let tensors = [Tensor(models: models, base: base)]
    return try largest(tensors, counts: counts, on: executor).map { $0.map { $0[0] } }
  }

  /// One tensor of all models.
  struct Tensor {
    let models: [any TensorReader]
    let base: any TensorReader
  }

  /// Over several tensors taken together.
  ///
  /// - Returns: for each model and count, one selection per tensor.
  static func largest(
    _ tensors: [Tensor], counts: [[Int]], on executor: MergeExecutor
  ) throws -> [[[TopSelection]]] {
    let elementCount = tensors.reduce(0) { $0 + $1.base.shape.elementCount }
    // Streams that need a search: the rest is all or nothing.
    let ranks = counts.map { $0.filter { 0 < $0 && $0 < elementCount } }
    let streams = ranks.indices.filter { !ranks[$0].isEmpty }
    let sources = tensors.map { tensor in
      let readers = streams.map { tensor.models[$0] }
      let keys = readers.map { MagnitudeKeys($0, tensor.base) }
      let pass = TensorPass(readers + [tensor.base], decodes: false, on: executor)
      return RankSelection.Source(pass: pass) { block, stream in
        try keys[stream].write(block, model: stream, base: readers.count, isDecoded: false)
      }
    }
    let found = streams.isEmpty ? [] : try RankSelection(sources: sources, ranks: streams.map { ranks[$0] }).select()
    return counts.indices.map { model in
      var searched = (streams.firstIndex(of: model).map { found[$0] } ?? [])[...]
      return counts[model].map { count in
        if count <= 0 { return tensors.map { _ in .nothing } }
        if count >= elementCount { return tensors.map { _ in .everything } }
        return searched.removeFirst()
      }
    }
  }
}
