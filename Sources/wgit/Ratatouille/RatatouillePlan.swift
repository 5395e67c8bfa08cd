import Trainer
import WeightStore

/// Everything a recipe has to compute: steps in an order in which they can be done, and what follows from them. A function
/// of the facts alone.
struct RatatouillePlan {
  let recipe: RatatouilleRecipe
  let targetTask: TrainingTask
  let steps: [RecipeStep]
  let pretrained: ModelSource
  let auxiliaries: [(name: String, model: ModelSource)]
  let cells: [CellPlan]

  init(_ facts: RecipeFacts) throws {
    (recipe, targetTask) = (facts.recipe, facts.target.task)
    var list = StepList(environment: facts.environment)
    pretrained = try RatatouillePlan.pretrained(facts, &list)
    var auxiliaries: [(name: String, model: ModelSource)] = []
    for auxiliary in facts.recipe.auxiliaries {
      auxiliaries.append((auxiliary.name, try RatatouillePlan.model(auxiliary, from: pretrained, facts, &list)))
    }
    self.auxiliaries = auxiliaries
    var cells: [CellPlan] = []
    let labels = RatatouillePlan.labels(facts.recipe)
    for split in facts.recipe.target.splits {
      for heldOut in facts.recipe.target.heldOut {
        let cell = CellData(
          heldOut: heldOut, splitSeed: split, task: facts.target, testFrom: facts.recipe.target.testFrom,
          testCount: facts.recipe.target.testCount)
        // What the domain is held out from is found out before anything is computed.
        _ = try cell.split()
        var builder = try CellBuilder(
          facts, cell, label: "\(labels[heldOut] ?? heldOut)-\(split)",
          starts: [("the pre-trained net", pretrained)] + auxiliaries, list)
        for method in Methods.all where method.isWanted(by: facts.recipe) { try builder.add(method) }
        if !facts.recipe.baselines.isEmpty {
          builder.addPool("fine-tunings from the pre-trained net", try builder.ordinaryRuns())
        }
        builder.addPool("fine-tunings from all starts", try builder.diverseRuns())
        list = builder.steps
        cells.append(builder.plan)
      }
    }
    self.cells = cells
    steps = list.steps
  }

  private static func pretrained(_ facts: RecipeFacts, _ list: inout StepList) throws -> ModelSource {
    guard let path = facts.recipe.pretrained.task, let task = facts.tasks[path] else { return facts.pretrained }
    let options = try RunOptions.parse(["--seed=\(facts.recipe.pretrained.seed)"])
    return list.add(
      .pretraining, "Pre-train on \(task.task.name)",
      .training(TrainingWork(start: facts.pretrained, head: nil, task: task, options: options)))
  }

  private static func model(
    _ auxiliary: RatatouilleRecipe.Auxiliary, from pretrained: ModelSource, _ facts: RecipeFacts,
    _ list: inout StepList
  ) throws -> ModelSource {
    if let known = facts.revisions[auxiliary.name] { return known }
    guard case .task(let path, let seed) = auxiliary.source, let task = facts.tasks[path] else { return pretrained }
    return list.add(
      .auxiliary, "Fine-tune on \(task.task.name)",
      .training(
        TrainingWork(start: pretrained, head: nil, task: task, options: try RunOptions.parse(["--seed=\(seed)"]))))
  }

  /// Domains as parts of branches' names: what cannot stand there is replaced, and numbers keep them apart.
  private static func labels(_ recipe: RatatouilleRecipe) -> [String: String] {
    var labels: [String: String] = [:]
    for domain in recipe.target.heldOut {
      let safe = String(domain.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" })
      var label = RatatouilleRecipe.isBranchPart("\(safe)-0") ? safe : "domain"
      while labels.values.contains(label) { label += "+" }
      labels[domain] = label
    }
    return labels
  }

  /// The branches that lead to the results, and what each stands at.
  var branches: [(name: String, model: ModelSource)] {
    var branches: [(name: String, model: ModelSource)] = []
    if recipe.pretrained.task != nil { branches.append(("\(recipe.name)/pretrained", pretrained)) }
    for case (let auxiliary, (let name, let model)) in zip(recipe.auxiliaries, auxiliaries) {
      if case .task = auxiliary.source { branches.append(("\(recipe.name)/auxiliary/\(name)", model)) }
    }
    for cell in cells {
      for row in cell.rows {
        if case .model(let model) = row.rule {
          branches.append(("\(recipe.name)/\(cell.label)/\(row.method.name)", model))
        }
      }
    }
    return branches
  }
}
