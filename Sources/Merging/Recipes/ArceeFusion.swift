/// Arcee Fusion: the elements of the second model that matter most, the first model elsewhere.
///
/// Importance of an element = |b − a| · KL of its row, with KL = Σ p log(p/q), p = softmax(row of b) + 1e-8 and
/// q = softmax(row of a) + 1e-8; rows run along the last axis. Taken is what reaches the threshold
/// median + 1.5·(q₃ − q₁) of all importances of the tensor, where quantile f is the element of rank ⌊f·(n − 1)⌋.
///
/// - Departure: mergekit estimates quantiles of large tensors from 10⁶ random samples; here they are exact, of
///   importances rounded to F32.
/// - DType and accumulation: F64; one rounding at the end. Where either model is not finite, NaN.
/// - Source: the page below.
/// - Checked by: RecipeGoldenTests, against numpy; ElementwiseRecipeTests.
package struct ArceeFusion: MergeRecipe {
  package init() {}

  package var name: String { "arcee-fusion" }

  package var summary: String { "the most important elements of the second model, the first elsewhere" }

  package var paper: Paper? {
    Paper(
      title: "Arcee Fusion", authors: "Arcee AI", venue: "mergekit",
      address: "https://github.com/arcee-ai/mergekit/blob/main/docs/merge_methods.md")
  }

  package var modelCount: ClosedRange<Int> { 2...2 }

  package var mergekit: MergekitMethod? {
    MergekitMethod("arcee_fusion", baseIsFirstModel: true, missingTensor: .takeSingle)
  }

  package func prepare(
    _ input: MergeInput, survey: (any ModelSurvey)?, on executor: MergeExecutor
  ) throws -> MergeDecision {
    let readers = input.models.map(\.reader)
    let layout = VectorLayout.lastAxis(input.shape)
    let divergences = try SoftmaxDivergence(layout: layout).compute(readers[0], readers[1], on: executor)
    let kernel = Kernel(layout: layout, divergences: divergences, threshold: 0)
    let count = input.elementCount
    let source = RankSelection.Source(pass: TensorPass(readers, on: executor)) { block, _ in
      kernel.writeImportances(block)
      for i in 0..<block.count { block.keys[i] = OrderedBits.key(Float(block.result[i])) }
    }
    // Ascending rank r from 0 is rank n − r from 1 among the largest.
    let ranks = [0.25, 0.5, 0.75].map { count - Int($0 * Double(count - 1)) }
    let quartiles = try RankSelection(sources: [source], ranks: [ranks]).keys()[0].map(OrderedBits.float)
    let threshold = Double(quartiles[1]) + 1.5 * (Double(quartiles[2]) - Double(quartiles[0]))
    return .combine(
      BlockCombination(
        readers: readers, dtype: input.dtype,
        kernel: Kernel(layout: layout, divergences: divergences, threshold: threshold)))
  }

  private struct Kernel: BlockKernel {
    let layout: VectorLayout
    let divergences: [Double]
    let threshold: Double

    /// Into `block.result`.
    func writeImportances(_ block: MergeBlock) {
      divergences.withUnsafeBufferPointer { divergences in
        layout.forEachRun(start: block.start, count: block.count) { vector, offset, count in
          let divergence = divergences[vector]
          for i in offset..<offset + count {
            block.result[i] = (block.input(1)[i] - block.input(0)[i]).magnitude * divergence
          }
        }
      }
    }

    func combine(_ block: MergeBlock) {
      writeImportances(block)
      let first = block.input(0)
      let second = block.input(1)
      for i in 0..<block.count {
        let isTaken = Double(Float(block.result[i])) >= threshold
        let difference = second[i] - first[i]
        block.result[i] = difference - difference == 0 ? (isTaken ? second[i] : first[i]) : .nan
      }
    }
  }
}
