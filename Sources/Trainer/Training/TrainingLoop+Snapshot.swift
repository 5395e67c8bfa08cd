import Documents

extension TrainingLoop {
  /// Everything that later steps depend on.
  func snapshot() throws -> TrainingSnapshot {
    var numbers: [JSONObject.Member] = [
      (key: "phase", value: .string(phase.phase.rawValue)), (key: "step", value: .integer(Int64(step))),
      (key: "optimizerSteps", value: .integer(Int64(optimizer.stepCount))), (key: "history", value: history.json),
    ]
    var tensors = StateDict()
    try tensors.add(weights.base(), below: "weights/")
    try tensors.add(weights.adapter(), below: "factors/")
    for (name, values) in optimizer.buffers { try tensors.add("optimizer/\(name)", values) }
    if let objective { numbers.append((key: "algorithm", value: .array(objective.state.map { .number($0) }))) }
    if let average {
      numbers.append((key: "averageCount", value: .integer(Int64(average.count))))
      try tensors.add("average", average.values.elements)
    }
    if let best {
      numbers += [
        // JSON has no infinity: a score that is no number is that of evaluations that are no use.
        (key: "bestScore", value: best.score.isFinite ? .number(best.score) : .null),
        (key: "bestStep", value: .integer(Int64(best.step))), (key: "bestWait", value: .integer(Int64(best.waitCount))),
        (key: "bestBatchCounts", value: .array(best.batchCounts.map { .integer($0) })),
      ]
      try tensors.add("best", best.values.elements)
    }
    return TrainingSnapshot(numbers: JSONObject(numbers), tensors: tensors)
  }

  /// Goes on from where a snapshot was taken.
  ///
  /// - Throws: `TrainerError` with code `unfitSnapshot` for a snapshot of another run.
  mutating func resume(_ snapshot: TrainingSnapshot) throws {
    guard snapshot.phase == phase.phase, (0...phase.stepCount).contains(snapshot.step),
      let optimizerSteps = snapshot.integer("optimizerSteps"), optimizerSteps >= 0
    else { throw TrainerError(.unfitSnapshot, "the saved state is not one of this run") }
    try weights.restore(
      base: snapshot.tensors(below: "weights/"), adapter: snapshot.tensors(below: "factors/"))
    step = snapshot.step
    optimizer.stepCount = optimizerSteps
    for (name, values) in optimizer.buffers { try snapshot.restore("optimizer/\(name)", into: values) }
    objective?.state = snapshot.doubles("algorithm")
    history = TrainingHistory(json: snapshot.numbers["history"])
    if let average {
      self.average?.count = snapshot.integer("averageCount") ?? 0
      try snapshot.restore("average", into: average.values.elements)
    }
    if let best {
      try snapshot.restore("best", into: best.values.elements)
      self.best?.batchCounts = snapshot.numbers["bestBatchCounts"]?.arrayValue?.compactMap(\.integerValue) ?? []
      self.best?.resume(
        score: snapshot.numbers["bestScore"]?.numberValue ?? -.infinity, step: snapshot.integer("bestStep") ?? 0,
        waitCount: snapshot.integer("bestWait") ?? 0)
    }
  }
}
