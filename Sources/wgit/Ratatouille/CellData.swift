import Documents
import Trainer
import WeightStore

/// The rows of one cell: a domain that is held out for testing, and a split of the others' rows.
struct CellData {
  let heldOut: String
  let splitSeed: UInt64
  let task: RecipeFacts.Task
  let testFrom: Int
  let testCount: Int?

  /// The task's split as this cell has it.
  func split() throws -> DatasetSplit {
    var overrides = TrainingOverrides()
    (overrides.heldOut, overrides.splitSeed) = ([heldOut], splitSeed)
    return try task.task.applying(overrides).split
  }

  var test: RowSelection { RowSelection(domains: [heldOut], perDomain: testCount, skip: testFrom) }

  var validationIdentity: JSONValue {
    [
      "data": .string(task.data.hex), "split": .object(JSONObject((try? split())?.json() ?? [])),
      "network": .string(task.task.networkPath), "weights": .string(task.task.weightsPath),
    ]
  }

  var testIdentity: JSONValue {
    [
      "domain": .string(heldOut), "from": .integer(Int64(testFrom)),
      "per-domain": testCount.map { .integer(Int64($0)) } ?? .null,
    ]
  }
}

/// What was measured of a model in a cell.
struct HeldOutScore: Equatable {
  /// Of each row of the held-out domain, whether it was told right.
  let correct: [Bool]
  let logLoss: Double
  /// nil without validation rows.
  let validationAccuracy: Double?

  var accuracy: Double { correct.isEmpty ? 0 : Double(correct.count { $0 }) / Double(correct.count) }
}

extension HeldOutScore {
  var json: JSONValue {
    [
      "correct": .string(String(correct.map { $0 ? "1" : "0" })), "logLoss": .number(logLoss),
      "validationAccuracy": validationAccuracy.map { .number($0) } ?? .null,
    ]
  }

  init?(json: JSONValue) {
    guard let text = json["correct"]?.stringValue, let loss = json["logLoss"]?.numberValue,
      text.utf8.allSatisfy({ $0 == 0x30 || $0 == 0x31 })
    else {
      return nil
    }
    logLoss = loss
    correct = text.utf8.map { $0 == 0x31 }
    validationAccuracy = json["validationAccuracy"]?.numberValue
  }
}
