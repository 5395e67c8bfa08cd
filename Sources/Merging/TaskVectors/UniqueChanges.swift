/// Adds changes to a base: those of one model alone times that model's factor, those of several as their mean.
struct UniqueChanges: BlockKernel {
  static let paper = Paper(
    title: "Behavior Knowledge Merge in Reinforced Agentic Models", authors: "Yuan et al.", venue: "2026",
    arXiv: "2601.13572")

  /// λᵢ before the changes that model i alone has made.
  let scales: [Double]
  /// A change counts if it is larger.
  let epsilon: Double

  /// Inputs: the models, then the base.
  func combine(_ block: MergeBlock) {
    let base = block.input(scales.count)
    let sum = block.result
    let scaled = block.scratch(0)
    let count = block.scratch(1)
    sum.update(repeating: 0, count: block.count)
    scaled.update(repeating: 0, count: block.count)
    count.update(repeating: 0, count: block.count)
    for (index, scale) in scales.enumerated() {
      let model = block.input(index)
      for i in 0..<block.count {
        let change = model[i] - base[i]
        let counts = change.magnitude > epsilon ? 1.0 : 0
        // A product, so that NaN stays.
        sum[i] += change * counts
        scaled[i] += scale * (change * counts)
        count[i] += counts
      }
    }
    for i in 0..<block.count {
      sum[i] = base[i] + (count[i] > 1 ? sum[i] / count[i] : scaled[i])
    }
  }

  /// How often each model changed an element together with others, and alone.
  struct Counts {
    var shared: [Int]
    var unique: [Int]

    init(modelCount: Int) {
      shared = [Int](repeating: 0, count: modelCount)
      unique = shared
    }

    static func += (left: inout Counts, right: Counts) {
      for index in left.shared.indices {
        left.shared[index] += right.shared[index]
        left.unique[index] += right.unique[index]
      }
    }

    /// λᵢ = 1 + r·min(α, shared / max(unique, ε)).
    func scales(r: Double, alpha: Double, epsilon: Double) -> [Double] {
      zip(shared, unique).map { 1 + r * min(alpha, max(0, Double($0) / max(Double($1), epsilon))) }
    }
  }

  static func counts(
    _ models: [any TensorReader], base: any TensorReader, epsilon: Double, on executor: MergeExecutor
  ) throws -> Counts {
    let zero = Counts(modelCount: models.count)
    return try TensorPass(models + [base], on: executor).tally({ zero }, merge: { $0 += $1 }) { counts, block in
      let base = block.input(models.count)
      let total = block.result
      total.update(repeating: 0, count: block.count)
      for index in models.indices {
        let model = block.input(index)
        for i in 0..<block.count {
          model[i] = (model[i] - base[i]).magnitude > epsilon ? 1 : 0
          total[i] += model[i]
        }
      }
      for index in models.indices {
        let model = block.input(index)
        var shared = 0.0
        var unique = 0.0
        for i in 0..<block.count {
          shared += total[i] > 1 ? model[i] : 0
          unique += total[i] == 1 ? model[i] : 0
        }
        counts.shared[index] += Int(shared)
        counts.unique[index] += Int(unique)
      }
    }
  }
}
