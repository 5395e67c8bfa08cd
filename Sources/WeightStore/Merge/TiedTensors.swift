import Checkpoints

/// Tensors that are one tensor under several names, as an input and an output embedding often are.
enum TiedTensors {
  /// What a computation reads. Tensors that read the same are tied: so are their results, random masks included.
  private struct Inputs: Hashable {
    let formula: MergePlan.Computation.Formula
    let chunks: [[ObjectID<Blob>]]
    let weights: [Double]
    let tensor: [Int]

    init(_ computation: MergePlan.Computation) {
      formula = computation.formula
      chunks = [computation.base?.chunks ?? []] + computation.models.map(\.segment.chunks)
      weights = computation.models.map(\.weight)
      tensor = computation.tensor.shape.dimensions
    }
  }

  /// An output embedding that is its input embedding is stored only if the base stores it.
  ///
  /// - Parameter base: the version that the result is stored like.
  static func storeAsBase(_ model: inout MergePlan.Model, base: Int) {
    guard model.whole == nil else { return }
    for index in model.tensors.indices {
      let name = model.tensors[index].name
      guard model.group.versions[base]?.tensors[TensorName(name)] == nil else { continue }
      let inputs = EmbeddingNames.inputs(ofOutput: name).map { TensorName($0) }
      guard let input = model.tensors.first(where: { inputs.contains(TensorName($0.name)) }) else { continue }
      if areTied(model.tensors[index].outcome, input.outcome) { model.tensors[index].outcome = .delete }
    }
  }

  /// Whether two tensors have the same elements, whatever they are computed to be.
  static func areTied(_ left: MergePlan.Tensor.Outcome, _ right: MergePlan.Tensor.Outcome) -> Bool {
    switch (left, right) {
    case (.take(let left), .take(let right)):
      left.segment.chunks == right.segment.chunks && left.segment.tensor?.shape == right.segment.tensor?.shape
        && left.segment.tensor?.dtype == right.segment.tensor?.dtype
    case (.compute(let left), .compute(let right)):
      Inputs(left) == Inputs(right) && left.tensor.dtype == right.tensor.dtype
    default: false
    }
  }

  /// Gives tensors that are tied in all versions the random numbers of the first of them.
  static func nameTogether(_ plan: inout MergePlan) {
    for model in plan.models.indices {
      var names: [Inputs: String] = [:]
      for index in plan.models[model].tensors.indices {
        guard case .compute(var computation) = plan.models[model].tensors[index].outcome else { continue }
        let inputs = Inputs(computation)
        if let name = names[inputs] {
          computation.randomName = name
          plan.models[model].tensors[index].outcome = .compute(computation)
        } else {
          names[inputs] = computation.randomName
        }
      }
    }
  }
}
