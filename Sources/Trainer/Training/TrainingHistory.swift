import Documents

/// What a phase measured along its way.
package struct TrainingHistory: Sendable, Equatable {
  package struct Entry: Sendable, Equatable {
    /// From 1.
    package let step: Int
    /// The objective on the step's batch, before the step.
    package let loss: Double
    /// The share of the batch's rows that were told right, before the step.
    package let accuracy: Double
  }

  package struct Validation: Sendable, Equatable {
    /// Steps done before it.
    package let step: Int
    package let accuracy: Double
    package let logLoss: Double
  }

  /// At most two thousand entries: the last step and evenly spaced others.
  package internal(set) var entries: [Entry] = []
  package internal(set) var validations: [Validation] = []

  package var losses: [(step: Int, loss: Double)] { entries.map { ($0.step, $0.loss) } }

  private static let entryLimit = 1000

  mutating func add(step: Int, of stepCount: Int, loss: Double, accuracy: Double) {
    guard step.isMultiple(of: max(1, stepCount / Self.entryLimit)) || step == stepCount else { return }
    entries.append(Entry(step: step, loss: loss, accuracy: accuracy))
  }
}

extension TrainingHistory {
  var json: JSONValue {
    [
      "steps": .array(entries.map { .integer(Int64($0.step)) }), "losses": .array(entries.map { .number($0.loss) }),
      "accuracies": .array(entries.map { .number($0.accuracy) }),
      "validationSteps": .array(validations.map { .integer(Int64($0.step)) }),
      "validationAccuracies": .array(validations.map { .number($0.accuracy) }),
      "validationLogLosses": .array(validations.map { .number($0.logLoss) }),
    ]
  }

  init(json: JSONValue?) {
    let numbers = { (key: String) in json?[key]?.arrayValue?.compactMap(\.numberValue) ?? [] }
    entries = zip(numbers("steps"), zip(numbers("losses"), numbers("accuracies"))).map {
      Entry(step: Int($0), loss: $1.0, accuracy: $1.1)
    }
    validations = zip(
      numbers("validationSteps"), zip(numbers("validationAccuracies"), numbers("validationLogLosses"))
    ).map { Validation(step: Int($0), accuracy: $1.0, logLoss: $1.1) }
  }
}
