import Documents
import WeightStore

/// A plan as `--dry-run` shows it.
struct PlanText {
  let plan: RatatouillePlan
  let finished: [Digest: ObjectID<Commit>?]

  func print() {
    let recipe = plan.recipe
    Terminal.print(
      Terminal.escape(
        "\(recipe.name): \(Format.count(plan.cells.count, "cell")), \(Format.count(recipe.startCount, "start")), "
          + "\(Format.count(recipe.target.runCount, "run")) in each pool"))
    var table = TextTable(["step", "all", "done", "to do"], [.left, .right, .right, .right])
    for kind in RecipeStep.Kind.allCases {
      let steps = plan.steps.filter { $0.kind == kind }
      guard !steps.isEmpty else { continue }
      let done = steps.count { finished[$0.key] != nil }
      table.add([kind.rawValue, "\(steps.count)", "\(done)", "\(steps.count - done)"])
    }
    table.print()
  }

  var json: JSONValue {
    [
      "recipe": .string(plan.recipe.name),
      "steps": .array(
        plan.steps.map { step in
          [
            "key": .string(step.key.hex), "kind": .string(step.kind.rawValue), "title": .string(step.title),
            "inputs": .array(step.inputs.map(\.identity)), "done": .bool(finished[step.key] != nil),
            "commit": (finished[step.key] ?? nil).map { .string($0.hex) } ?? .null,
          ]
        }),
      "branches": .array(plan.branches.map { .string($0.name) }),
    ]
  }
}
