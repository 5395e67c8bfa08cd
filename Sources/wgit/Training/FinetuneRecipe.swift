import Documents
import Trainer
import WeightStore

/// What a fine-tuning commit records of how it was made.
struct FinetuneRecipe {
  let task: TrainingTask
  let data: LoadedData
  let outcome: TrainingOutcome
  let seed: UInt64
  /// Where the head's first parameters came from, if from another commit.
  let headCommit: ObjectID<Commit>?

  private static let curvePointCount = 100

  var recipe: Recipe {
    Recipe(
      kind: .finetune,
      details: [
        "task": task.json, "data": LoadedData.json(data.files),
        "seed": .string("\(seed)"),
        "stepCount": .integer(Int64(outcome.stepCount)),
        "headFrom": headCommit.map { .string($0.hex) } ?? .null,
        "threadCount": .integer(Int64(Environment.threadCount)),
        "instructionSet": .string(outcome.instructionSet), "blasCore": .string(outcome.blasCore),
        "version": .string(Wgit.version),
        "metrics": metrics, "loss": Self.lossCurve(outcome.history.losses),
        "probeLoss": Self.lossCurve(outcome.probeHistory.losses), "validation": validationCurve,
      ])
  }

  private var metrics: JSONValue {
    [
      "trainAccuracy": .number(outcome.trainAccuracy),
      "validationAccuracy": outcome.validationAccuracy.map { .number($0) } ?? .null,
      "probeValidationAccuracy": outcome.probeValidationAccuracy.map { .number($0) } ?? .null,
      "validationByDomain": .object(
        JSONObject(outcome.perDomainValidation.map { (key: $0.name, value: .number($0.accuracy)) })),
    ]
  }

  /// At most a hundred points of a loss curve, the last step among them.
  static func lossCurve(_ history: [(step: Int, loss: Double)]) -> JSONValue {
    let stride = max(1, (history.count + curvePointCount - 1) / curvePointCount)
    let points = history.indices.filter { ($0 + 1) % stride == 0 || $0 == history.count - 1 }.map { history[$0] }
    return [
      "steps": .array(points.map { .integer(Int64($0.step)) }),
      "values": .array(points.map { .number($0.loss) }),
    ]
  }

  /// What the looks at the validation rows along the way have shown.
  private var validationCurve: JSONValue {
    let looks = outcome.history.validations
    return [
      "steps": .array(looks.map { .integer(Int64($0.step)) }),
      "accuracies": .array(looks.map { .number($0.accuracy) }),
      "logLosses": .array(looks.map { .number($0.logLoss) }),
    ]
  }
}
