import Documents
import Trainer
import WeightStore

/// A fine-tuning, or a linear probe, that a recipe needs. It is what `wgit finetune` does with the same options.
struct TrainingWork {
  let start: ModelSource
  /// Where the head comes from, if not from the start.
  let head: ModelSource?
  let task: RecipeFacts.Task
  let options: RunOptions

  var inputs: [ModelSource] { [start] + [head].compactMap(\.self) }

  /// The task as it is done: comments and keys that options replace do not matter.
  var identity: JSONValue {
    get {
      let done = (try? task.task.applying(options.overrides()))?.json ?? .string(task.text)
      return [
        "task": done, "data": .string(task.data.hex), "seed": .string("\(options.seed)"),
        "probeOnly": .bool(options.probeOnly), "hasHead": .bool(head != nil),
      ]
    }
  }

  /// Trains, or goes on where it was interrupted, and commits the result under the step's key.
  func run(_ step: RecipeStep, _ place: StepPlace, _ view: TrainingView) throws {
    let start = try place.commit(of: self.start)
    let head = try self.head.map(place.commit)
    let graph = place.repository.graph
    var plan = RunPlan(
      start: start, branch: RefName.step(step.key).text, taskPath: task.path, taskText: task.text, options: options,
      message: step.title, headCommit: head, dataFolder: place.dataFolder.path)
    plan.step = StepCommit(key: step.key, inputs: try ([start] + [head].compactMap(\.self)).map(graph.commit))
    var session = try TrainingSession(plan, in: place.repository, cache: place.cache)
    _ = try session.run(record(plan, session.identity(), place.repository), saveInterval: nil, view)
  }

  /// The record of a run that was interrupted, or a new one. What was begun under other circumstances is begun anew.
  private func record(_ plan: RunPlan, _ identity: JSONValue, _ repository: Repository) throws -> RunRecord {
    if RunRecord.isUnfinished(plan.branch, in: repository) {
      if let record = try? RunRecord.open(plan.branch, in: repository), record.identity == identity,
        record.plan.json == plan.json
      {
        return record
      }
      try RunRecord.drop(plan.branch, in: repository)
    }
    return try RunRecord.create(plan, identity: identity, in: repository)
  }
}
