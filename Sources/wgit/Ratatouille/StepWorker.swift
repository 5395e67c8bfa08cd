import Documents
import Glibc
import Trainer
import WeightStore

/// Does the steps of a plan that nobody else is working on, until all are done.
struct StepWorker {
  let plan: RatatouillePlan
  let place: StepPlace

  /// - Throws: `CommandError.interrupted` when it was asked to stop; what a step throws.
  func run() throws {
    Interruption.watch()
    let view = TrainingView(json: true, quiet: true)
    while true {
      let finished = try place.store.finished()
      let open = plan.steps.filter { finished[$0.key] == nil }
      guard !open.isEmpty else { return }
      guard !Interruption.isRequested, !Supervision.isLost else {
        throw CommandError(.interrupted, "stopped; \(Format.count(open.count, "step")) not done")
      }
      if try !doOne(of: open, finished, view) {
        // The others wait for what somebody else is working on.
        usleep(50_000)
      }
    }
  }

  /// Does the first step whose inputs are there and that is free. False if there is none.
  private func doOne(
    of open: [RecipeStep], _ finished: [Digest: ObjectID<Commit>?], _ view: TrainingView
  ) throws -> Bool {
    for step in open where step.inputs.allSatisfy({ isThere($0, finished) }) {
      guard let claim = try place.store.claim(step.key) else { continue }
      defer { withExtendedLifetime(claim) {} }
      guard try !isDone(step) else { return true }
      StepEvent.started(step).print()
      do {
        try run(step, view)
      } catch let error as TrainerError {
        throw TrainerError(error.code, "\(step.title): \(error.message)")
      }
      StepEvent.finished(step).print()
      return true
    }
    return false
  }

  private func isThere(_ source: ModelSource, _ finished: [Digest: ObjectID<Commit>?]) -> Bool {
    guard case .step(let key) = source else { return true }
    return finished[key] != nil
  }

  private func isDone(_ step: RecipeStep) throws -> Bool {
    step.makesCommit
      ? try place.repository.target(of: RefName.step(step.key)) != nil : place.store.score(step.key) != nil
  }

  private func run(_ step: RecipeStep, _ view: TrainingView) throws {
    switch step.work {
    case .training(let work): try work.run(step, place, view)
    case .average(let work): try work.run(step, place, task: plan.targetTask)
    case .greedy(let work): try work.run(step, place)
    case .evaluation(let work): try work.run(step, place)
    }
  }
}

/// What a worker tells the process that started it, as a line of JSON.
enum StepEvent {
  case started(RecipeStep)
  case finished(RecipeStep)

  func print() {
    let (word, step) =
      switch self {
      case .started(let step): ("started", step)
      case .finished(let step): ("finished", step)
      }
    let event: JSONValue = [
      "event": .string(word), "key": .string(step.key.hex), "kind": .string(step.kind.rawValue),
      "title": .string(step.title),
    ]
    Terminal.print(String(decoding: event.canonicalBytes(), as: UTF8.self))
  }
}
