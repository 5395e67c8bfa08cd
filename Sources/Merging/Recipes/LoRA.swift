/// Low-rank adapters applied to the model they were trained on: W + Σ w·s·B·A.
///
/// The products are added while the base's tensors are read, by whoever opens the adapters; so here each tensor is one
/// that is taken as it is read. A merge of revisions has no adapters to open.
///
/// - Source: the paper below, equation 3.
/// - Checked by: AdaptedTensorTests, against peft.
package struct LoRA: MergeRecipe {
  package init() {}

  package var name: String { "lora" }

  package var summary: String { "the base plus the products of LoRA adapters, each w·s·B·A; with --output" }

  package var paper: Paper? {
    Paper(
      title: "LoRA: Low-Rank Adaptation of Large Language Models", authors: "Hu et al.", venue: "ICLR 2022",
      arXiv: "2106.09685")
  }

  package var parameters: [ParameterSpec] { [MergeParameter.weight.spec] }

  package func prepare(
    _ input: MergeInput, survey: (any ModelSurvey)?, on executor: MergeExecutor
  ) throws -> MergeDecision {
    guard input.models.count == 1 else {
      throw MergeError(
        .modelCountMismatch, "lora adds adapters to one base, it does not merge \(input.models.count) models")
    }
    return .take(.model(0))
  }
}
