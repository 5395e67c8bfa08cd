import Documents

extension TrainingTask {
  /// The task for a recipe, with everything that has a default spelt out.
  package var json: JSONValue {
    var members: [JSONObject.Member] = [
      (key: "task", value: .string(name)), (key: "data", value: .string(dataPath)),
      (key: "network", value: .string(networkPath)), (key: "weights", value: .string(weightsPath)),
    ]
    members += split.json(validation: validationInterval.map { [(key: "every", value: .integer(Int64($0)))] } ?? [])
    members += [
      (key: "steps", value: .integer(Int64(stepCount))), (key: "batch", value: .integer(Int64(batchSize))),
      (key: "optimizer", value: optimizer.json), (key: "schedule", value: schedule.json),
      (key: "loss", value: loss.json),
    ]
    if batchesPerStep > 1 { members.append((key: "accumulate", value: .integer(Int64(batchesPerStep)))) }
    if dropout > 0 { members.append((key: "dropout", value: .number(dropout))) }
    if let clipping { members.append((key: "clip", value: clipping.json)) }
    members += parameters.json
    if freezesBatchStatistics { members.append((key: "freeze-statistics", value: true)) }
    if let algorithm { members.append((key: "algorithm", value: algorithm.json)) }
    if let lora { members.append((key: "lora", value: lora.json)) }
    if mergesLoRA { members.append((key: "merge-lora", value: true)) }
    if let average { members.append((key: "average", value: average.json)) }
    if let earlyStopping { members.append((key: "early-stop", value: earlyStopping.json)) }
    if let linearProbe { members.append((key: "linear-probe", value: linearProbe.json)) }
    if let search { members.append((key: "search", value: search.json)) }
    if let head { members.append((key: "head", value: .string(head.rawValue))) }
    return .object(JSONObject(members))
  }
}

extension TrainingTask.LinearProbe {
  fileprivate var json: JSONValue {
    [
      "steps": .integer(Int64(stepCount)), "learning-rate": .number(learningRate),
      "batch": .integer(Int64(batchSize)),
    ]
  }
}
