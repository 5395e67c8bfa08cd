import Documents
import Merging
import Trainer
import WeightStore

/// A greedy soup, chosen by the validation rows of the domains that were trained on; the held-out domain is not looked at.
struct GreedyWork {
  let members: [ModelSource]
  let rule: GreedySelection.Rule
  let cell: CellData

  var identity: JSONValue {
    ["accept": .string(GreedyMerge.word(of: rule)), "cell": cell.validationIdentity]
  }

  func run(_ step: RecipeStep, _ place: StepPlace) throws {
    let task = cell.task.task
    let commits = try members.map(place.commit)
    let models = try commits.map {
      try ModelFiles(networkPath: task.networkPath, weightsPath: task.weightsPath, in: $0, of: place.repository)
    }
    let examples = try place.examples(of: cell).validation
    func score(_ weights: StateDict) throws -> Double {
      try Evaluator(network: models[0].network, weights: weights, threadCount: Environment.threadCount)
        .evaluate(examples).accuracy
    }
    let candidates = try models.enumerated().map { position, model in
      GreedySelection.Candidate(name: GreedyWork.name(position), score: try score(model.weights))
    }
    let selection = try GreedySelection(candidates, rule: rule) { positions in
      try score(StateDict.mean(positions.map { models[$0].weights }))
    }
    let chosen = selection.selected.sorted()
    try AverageWork("ratatouille", chosen.map { members[$0] }).run(
      step, place, task: task, chosen.map { commits[$0] },
      more: ["selection": json(selection, candidates, commits)])
  }

  /// Equal scores are in the order of the runs.
  private static func name(_ position: Int) -> String {
    String(repeating: "0", count: max(0, 4 - "\(position)".count)) + "\(position)"
  }

  private func json(
    _ selection: GreedySelection, _ candidates: [GreedySelection.Candidate], _ commits: [ObjectID<Commit>]
  ) -> JSONValue {
    [
      "accept": .string(GreedyMerge.word(of: rule)), "metric": "validation accuracy",
      "steps": .array(
        selection.steps.map { step in
          [
            "commit": .string(commits[step.candidate].hex), "alone": .number(candidates[step.candidate].score),
            "score": .number(step.score), "accepted": .bool(step.isAccepted),
          ]
        }),
    ]
  }
}
