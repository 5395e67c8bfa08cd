import ArgumentParser
import Merging
import Tensors
import WeightStore

/// How weights are computed.
struct MergeMethodOptions: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "Compute every tensor by this recipe, with parameters: ties:density=0.5.", valueName: "strategy"),
    completion: Completion.strategy)
  var strategy: String?

  @Option(
    help: ArgumentHelp(
      "The share of one model, 1 if not given; may be repeated. With --output also a list in the order of the models: 0.7,0.3.",
      valueName: "rev=number"))
  var weight: [String] = []

  @Option(help: ArgumentHelp("What random numbers start from. (default: 0)", valueName: "number"))
  var seed: UInt64?

  @Option(help: ArgumentHelp("The type of the result: F32, BF16, F16 or F64.", valueName: "dtype"))
  var dtype: DType?

  @Flag(help: "Fail if the result has NaN or infinite elements.")
  var strict = false

  @Option(
    help: ArgumentHelp("What the models were made from, instead of the merge base.", valueName: "model"),
    completion: Completion.revision)
  var base: String?

  func validate() throws {
    if let dtype, !TensorDifference.canMeasure(dtype) {
      throw ValidationError("The result can be F32, BF16, F16 or F64, not \(dtype.rawValue).")
    }
    if strategy == nil, !weight.isEmpty { throw ValidationError("--weight needs a --strategy.") }
  }

  /// - Throws: `MergeError`.
  func parsed() throws -> MergeStrategy? { try strategy.map { try MergeStrategy(parsing: $0) } }

  /// - Throws: `CommandError.usage` for weights that the recipe does not have, or of revisions that are not merged.
  func weights(
    _ repository: Repository, of merged: [ObjectID<Commit>], _ recipe: any MergeRecipe
  ) throws -> [ObjectID<Commit>: Double] {
    var weights: [ObjectID<Commit>: Double] = [:]
    for text in weight {
      guard let equals = text.lastIndex(of: "="), let number = Double(text[text.index(after: equals)...]),
        number.isFinite
      else { throw CommandError(.usage, "'\(text)' is no weight", hint: "write --weight REV=0.3") }
      let revision = String(text[..<equals])
      let commit = try repository.resolve(revision)
      guard merged.contains(commit) else {
        throw CommandError(.usage, "'\(revision)' has a weight but is not merged")
      }
      guard weights.updateValue(number, forKey: commit) == nil else {
        throw CommandError(.usage, "'\(revision)' has two weights")
      }
    }
    if !weights.isEmpty, !recipe.parameters.contains(where: { $0.name == MergeParameter<Double>.weight.spec.name }) {
      let hint = recipe.name == "ratatouille" ? "to weigh models: --strategy weighted" : nil
      throw CommandError(.usage, "\(recipe.name) gives every model the same weight", hint: hint)
    }
    return weights
  }
}

extension DType: ExpressibleByArgument {
  public init?(argument: String) { self.init(rawValue: argument.uppercased()) }

  public static var allValueStrings: [String] { ["F32", "BF16", "F16", "F64"] }
}

extension MergeSpecification.OptimizerChoice: ExpressibleByArgument {}

/// Bringing networks that were trained apart into one order of units.
struct MergeAlignmentOptions: ParsableArguments {
  @Flag(
    help:
      "First bring the units of the networks into one order, by network.json (Git Re-Basin); for averages of networks trained apart."
  )
  var align = false

  @Option(
    help: ArgumentHelp(
      "The same, by a JSON file: for each tensor the names of permutations of its axes, or null.",
      valueName: "file.json"), completion: .file(extensions: ["json"]))
  var alignBy: String?

  var isChosen: Bool { align || alignBy != nil }

  /// The method on aligned networks, if that was asked for.
  func method(
    _ method: MergeSpecification.Method, _ recipe: any MergeRecipe, _ repository: Repository
  ) throws -> MergeSpecification.Method {
    guard isChosen else { return method }
    guard recipe.base != .required else {
      throw CommandError(
        .usage, "\(recipe.name) works on changes from a base: models with one base need no alignment",
        hint: "--align goes with averages: ratatouille, weighted, slerp, …")
    }
    let spec = try alignBy.map { try NetworkAlignment.spec(file: $0) } ?? NetworkAlignment.spec(repository)
    return method.aligned(by: spec.json)
  }
}

/// What is merged of each model, and what becomes of conflicts.
struct MergeScopeOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Decide conflicts: 'lm_head.*=ours'; may be repeated.", valueName: "pattern=choice"))
  var resolve: [String] = []

  @Option(
    help: ArgumentHelp(
      "Merge only these tensors and files, leave the rest as ours; may be repeated.", valueName: "pattern"))
  var only: [String] = []

  @Option(help: ArgumentHelp("Whose optimizer state to keep: ours or theirs. (default: none)", valueName: "side"))
  var keepOptimizer: MergeSpecification.OptimizerChoice?
}
