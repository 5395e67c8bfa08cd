import Documents
import Merging
import Trainer
import WeightStore

/// One held-out domain and one split: what is to be computed, and how each method's score follows.
struct CellPlan {
  struct Row {
    let method: any TableMethod.Type
    let rule: ScoreRule
  }

  let heldOut: String
  let split: UInt64
  /// Part of the branches' names.
  let label: String
  var rows: [Row] = []
  /// The fine-tunings from the pre-trained net alone, and those from different starts.
  var pools: [(name: String, models: [ModelSource])] = []
  /// The step that evaluates each subject.
  fileprivate(set) var evaluations: [EvaluationSubject: Digest] = [:]
}

extension CellPlan {
  /// The pairs of models whose mid-points tell of linear mode connectivity: each and the next.
  static func neighbours(_ models: [ModelSource]) -> [[ModelSource]] {
    zip(models, models.dropFirst()).map { [$0, $1] }
  }
}

/// How a method's accuracy follows from evaluations.
enum ScoreRule {
  case model(ModelSource)
  case mean([ModelSource])
  /// The one of the highest validation accuracy, the first of equals.
  case best([ModelSource])
  /// Mean of logits.
  case ensemble([ModelSource])
}

/// Plans a cell's steps as methods ask for them; what several need is planned once.
struct CellBuilder {
  let facts: RecipeFacts
  let cell: CellData
  let label: String
  let probe: ModelSource
  /// The pre-trained net, then the auxiliaries.
  let starts: [(name: String, model: ModelSource)]
  private(set) var steps: StepList
  private(set) var plan: CellPlan

  var recipe: RatatouilleRecipe { facts.recipe }

  init(
    _ facts: RecipeFacts, _ cell: CellData, label: String, starts: [(name: String, model: ModelSource)],
    _ steps: StepList
  )
    throws
  {
    (self.facts, self.cell, self.label, self.starts, self.steps) = (facts, cell, label, starts, steps)
    plan = CellPlan(heldOut: cell.heldOut, split: cell.splitSeed, label: label)
    var options = try Self.options(cell, seed: facts.recipe.seed(split: cell.splitSeed, run: 0))
    options.probeOnly = true
    let work = TrainingWork(start: starts[0].model, head: nil, task: cell.task, options: options)
    probe = self.steps.add(.probe, "Probe \(cell.task.task.name), \(Self.words(cell))", .training(work))
  }

  private static func options(_ cell: CellData, seed: UInt64) throws -> RunOptions {
    try RunOptions.parse(["--seed=\(seed)", "--held-out=\(cell.heldOut)", "--split-seed=\(cell.splitSeed)"])
  }

  private static func words(_ cell: CellData) -> String { "\(cell.heldOut) held out, split \(cell.splitSeed)" }

  // MARK: What methods ask for

  /// Whether there is anything to choose by.
  var hasValidation: Bool {
    switch cell.task.task.split.validation {
    case .perDomain(let count): count > 0
    case .fraction(let fraction): fraction > 0
    }
  }

  /// Fine-tunings from the pre-trained net, as many as a recipe has runs.
  mutating func ordinaryRuns() throws -> [ModelSource] {
    try (0..<recipe.target.runCount).map { try fineTuning(from: starts[0], run: $0) }
  }

  /// Fine-tunings from the pre-trained net and the auxiliaries in turn.
  mutating func diverseRuns() throws -> [ModelSource] {
    try (0..<recipe.target.runCount).map { try fineTuning(from: starts[$0 % starts.count], run: $0) }
  }

  /// Those of the diverse runs that start from auxiliaries.
  mutating func auxiliaryRuns() throws -> [ModelSource] {
    let all = try diverseRuns()
    return all.indices.filter { $0 % starts.count > 0 }.map { all[$0] }
  }

  /// - Parameters:
  ///   - start: the first of `starts` brings the probed head's features: its head is not probed again.
  ///   - average: as `--average` takes it.
  mutating func fineTuning(
    from start: (name: String, model: ModelSource), run: Int, average: String? = nil
  ) throws -> ModelSource {
    let task = cell.task.task
    var options = try Self.options(cell, seed: recipe.seed(split: cell.splitSeed, run: run))
      .drawing(recipe.target.search ?? task.search)
    options.linearProbe = recipe.target.head == .adapted && start.model != starts[0].model
    options.average = average
    let how = average == nil ? "" : ", averaged along the run"
    return steps.add(
      .fineTuning, "Fine-tune on \(task.name) from \(start.name), \(Self.words(cell)), run \(run)\(how)",
      .training(TrainingWork(start: start.model, head: probe, task: cell.task, options: options)))
  }

  /// A start between the pre-trained net and the auxiliaries, at random.
  mutating func fusedStart(run: Int) -> (name: String, model: ModelSource) {
    let weights = FusingWeights.weights(
      count: starts.count, range: recipe.fusingRange, seed: recipe.seed(split: cell.splitSeed, run: run))
    let name = "fused start \(run) of split \(cell.splitSeed)"
    let model = steps.add(
      .fusion, "Fuse \(starts.count) starts at random, run \(run) of split \(cell.splitSeed)",
      .average(AverageWork("weighted", starts.map(\.model), weights: weights, keepsFirstHead: true)))
    return (name, model)
  }

  mutating func average(
    _ models: [ModelSource], _ title: String, by strategy: String = "ratatouille", base: ModelSource? = nil
  ) -> ModelSource {
    guard models.count > 1 else { return models[0] }
    return steps.add(
      .average, "\(title), \(Self.words(cell))", .average(AverageWork(strategy, models, base: base)))
  }

  /// - Throws: `CommandError.invalidData` if there is nothing to choose by.
  mutating func greedyAverage(_ models: [ModelSource], _ title: String) throws -> ModelSource {
    guard hasValidation else {
      throw CommandError(
        .invalidData, "task '\(cell.task.task.name)' has no validation rows, by which greedy averages are chosen",
        hint: "give it some: validation: {per-domain: 25}")
    }
    guard models.count > 1 else { return models[0] }
    return steps.add(
      .greedy, "\(title), \(Self.words(cell))",
      .greedy(GreedyWork(members: models, rule: recipe.acceptance, cell: cell)))
  }

  mutating func add(_ method: any TableMethod.Type) throws {
    guard let rule = try method.score(in: &self) else { return }
    plan.rows.append(CellPlan.Row(method: method, rule: rule))
    switch rule {
    case .model(let model): evaluate(EvaluationSubject([model]))
    case .mean(let models), .best(let models): for model in models { evaluate(EvaluationSubject([model])) }
    case .ensemble(let models): evaluate(EvaluationSubject(models))
    }
  }

  mutating func addPool(_ name: String, _ models: [ModelSource]) {
    plan.pools.append((name, models))
    for model in models { evaluate(EvaluationSubject([model])) }
    for pair in CellPlan.neighbours(models) { evaluate(EvaluationSubject(pair, means: .weights)) }
  }

  private mutating func evaluate(_ subject: EvaluationSubject) {
    guard plan.evaluations[subject] == nil else { return }
    let source = steps.add(
      .evaluation, "Evaluate, \(Self.words(cell))", .evaluation(EvaluationWork(subject: subject, cell: cell)))
    if case .step(let key) = source { plan.evaluations[subject] = key }
  }
}

/// Steps in an order in which they can be done, each once.
struct StepList {
  private(set) var steps: [RecipeStep] = []
  private var known: Set<Digest> = []
  private let environment: JSONValue

  init(environment: JSONValue) { self.environment = environment }

  mutating func add(_ kind: RecipeStep.Kind, _ title: String, _ work: RecipeStep.Work) -> ModelSource {
    let step = RecipeStep(kind, title, work, environment: environment)
    if known.insert(step.key).inserted { steps.append(step) }
    return .step(step.key)
  }
}
