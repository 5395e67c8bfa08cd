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
