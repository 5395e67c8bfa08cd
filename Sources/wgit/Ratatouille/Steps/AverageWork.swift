import Documents
import Merging
import Tensors
import Trainer
import WeightStore

/// An average of models, by one of the ways to merge. It is what `wgit merge --strategy` makes of them.
struct AverageWork {
  /// As `--strategy` takes it.
  let strategy: String
  /// The first one gives the files that are no weights.
  let members: [ModelSource]
  /// One for each, before normalisation.
  let weights: [Double]
  let base: ModelSource?
  /// Whether heads of other shapes are met by taking the first one's: of starts, whose heads are replaced anyway.
  let keepsFirstHead: Bool

  init(
    _ strategy: String, _ members: [ModelSource], weights: [Double]? = nil, base: ModelSource? = nil,
    keepsFirstHead: Bool = false
  ) {
    (self.strategy, self.members, self.base, self.keepsFirstHead) = (strategy, members, base, keepsFirstHead)
    self.weights = weights ?? members.map { _ in 1 }
  }

  var inputs: [ModelSource] { members + [base].compactMap(\.self) }

  var identity: JSONValue {
    [
      "strategy": .string(strategy), "weights": .array(weights.map { .number($0) }), "hasBase": .bool(base != nil),
      "keepsFirstHead": .bool(keepsFirstHead),
    ]
  }

  func run(_ step: RecipeStep, _ place: StepPlace, task: TrainingTask) throws {
    try run(step, place, task: task, members.map(place.commit), more: [:])
  }

  /// - Parameters:
  ///   - members: commits, one for each weight.
  ///   - more: what the commit records besides.
  func run(
    _ step: RecipeStep, _ place: StepPlace, task: TrainingTask, _ members: [ObjectID<Commit>], more: JSONObject
  ) throws {
    let (repository, graph) = (place.repository, place.repository.graph)
    guard let first = members.first else { return }
    var shares: [ObjectID<Commit>: Double] = [:]
    for (member, weight) in zip(members, weights) { shares[member, default: 0] += weight }
    guard shares.count > 1 else { return try repository.keep(first, as: step.key) }
    // Summed in the order of the ids, as every merge.
    let ingredients = shares.sorted { $0.key < $1.key }.map { Recipe.Ingredient(commit: $0.key, weight: $0.value) }
    let base = try self.base.map(place.commit)
    var specification = MergeSpecification(
      kind: .merge, sides: [first], base: base, method: MergeMethods.method(try MergeStrategy(parsing: strategy)),
      ingredients: ingredients)
    specification.filesBase = first
    if keepsFirstHead {
      let model = try ModelFiles(
        networkPath: task.networkPath, weightsPath: task.weightsPath, in: first, of: repository)
      specification.resolutions = model.network.headParameterNames.map {
        MergeSpecification.Resolution(pattern: $0, choice: .ours)
      }
    }
    let parents = [first] + ingredients.map(\.commit).filter { $0 != first }
    let dated = StepCommit(key: step.key, inputs: try (parents + [base].compactMap(\.self)).map(graph.commit))
    let signature = dated.dated(try Identity.signature(Configuration.load(repository)))
    let tally = NonFiniteTally()
    var request = Repository.MergeRequest(
      specification, message: step.title, author: signature, committer: signature, sideNames: [first.short]
    ) { try MergeLanding.recipe($0, tally) }
    request.step = step.key
    request.details = try details(step, more)
    guard case .made = try repository.buildMerge(request, parents: parents) else {
      throw CommandError(
        .negative, "\(step.title): the models do not fit each other",
        hint:
          "auxiliary weights must be of the pre-trained network; look at them: wgit merge --dry-run -s ratatouille …")
    }
  }

  private func details(_ step: RecipeStep, _ more: JSONObject) throws -> JSONObject {
    var details: JSONObject = ["version": .string(Wgit.version)]
    if let paper = try MergeStrategy(parsing: strategy).recipe.paper {
      _ = details.append("paper", .string(paper.arXiv.map { "arXiv \($0)" } ?? paper.title))
    }
    for member in more.members { _ = details.append(member.key, member.value) }
    _ = details.append(StepCommit.recipeMember, .string(step.key.hex))
    return details
  }
}
