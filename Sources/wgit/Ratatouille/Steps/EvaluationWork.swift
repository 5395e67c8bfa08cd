import Documents
import Trainer
import WeightStore

/// How one model, or several together, do on a cell's held-out domain and on its validation rows.
struct EvaluationWork {
  let subject: EvaluationSubject
  let cell: CellData

  var identity: JSONValue {
    ["of": .string(subject.means.rawValue), "cell": cell.validationIdentity, "test": cell.testIdentity]
  }

  func run(_ step: RecipeStep, _ place: StepPlace) throws {
    let task = cell.task.task
    let models = try subject.models.map { source in
      try ModelFiles(
        networkPath: task.networkPath, weightsPath: task.weightsPath, in: place.commit(of: source), of: place.repository
      )
    }
    let examples = try place.examples(of: cell)
    let weights =
      subject.means == .weights ? [try StateDict.mean(models.map(\.weights))] : models.map(\.weights)
    var sums: (test: [Float], validation: [Float]) = ([], [])
    let share = 1 / Float(weights.count)
    for weights in weights {
      let evaluator = try Evaluator(
        network: models[0].network, weights: weights, threadCount: Environment.threadCount)
      EvaluationWork.add(try evaluator.logits(examples.test), share: share, to: &sums.test)
      EvaluationWork.add(try evaluator.logits(examples.validation), share: share, to: &sums.validation)
    }
    let test = Evaluation(logits: sums.test, examples: examples.test)
    let validation = Evaluation(logits: sums.validation, examples: examples.validation)
    try place.store.record(
      HeldOutScore(
        correct: test.correctness, logLoss: test.meanLogLoss,
        validationAccuracy: examples.validation.count > 0 ? validation.accuracy : nil),
      of: step.key)
  }

  private static func add(_ logits: [Float], share: Float, to sum: inout [Float]) {
    sum = sum.isEmpty ? logits.map { share * $0 } : zip(sum, logits).map { $0 + share * $1 }
  }
}

/// What is evaluated.
struct EvaluationSubject: Hashable {
  /// Of what the mean is taken, if there are several models.
  enum Means: String {
    /// An ensemble.
    case logits
    /// The point between the models.
    case weights
  }

  let models: [ModelSource]
  let means: Means

  init(_ models: [ModelSource], means: Means = .logits) { (self.models, self.means) = (models, means) }
}
