import Documents
import Trainer
import WeightStore

/// How a model, or the mean of the logits of several, does on a cell's held-out domain and on its validation rows.
struct EvaluationWork {
  /// Of several, the logits are averaged.
  let models: [ModelSource]
  let cell: CellData

  var identity: JSONValue { ["cell": cell.validationIdentity, "test": cell.testIdentity] }

  func run(_ step: RecipeStep, _ place: StepPlace) throws {
    let task = cell.task.task
    let examples = try place.examples(of: cell)
    var sums: (test: [Float], validation: [Float]) = ([], [])
    for source in models {
      let model = try ModelFiles(
        networkPath: task.networkPath, weightsPath: task.weightsPath, in: place.commit(of: source), of: place.repository
      )
      let evaluator = try Evaluator(
        network: model.network, weights: model.weights, threadCount: Environment.threadCount)
      // The sum ranks classes as the mean does.
      EvaluationWork.add(try evaluator.logits(examples.test), to: &sums.test)
      EvaluationWork.add(try evaluator.logits(examples.validation), to: &sums.validation)
    }
    let test = Evaluation(logits: sums.test, examples: examples.test)
    let validation = Evaluation(logits: sums.validation, examples: examples.validation)
    try place.store.record(
      HeldOutScore(
        correct: test.correctness, validationAccuracy: examples.validation.count > 0 ? validation.accuracy : nil),
      of: step.key)
  }

  private static func add(_ logits: [Float], to sum: inout [Float]) {
    sum = sum.isEmpty ? logits : zip(sum, logits).map { $0 + $1 }
  }
}
