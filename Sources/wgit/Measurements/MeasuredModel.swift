import Trainer
import WeightStore

/// A model of a revision that is run on examples.
struct MeasuredModel {
  /// As it was typed.
  let name: String
  let commit: ObjectID<Commit>
  private let files: ModelFiles

  init(_ name: String, _ commit: ObjectID<Commit>, for data: MeasurementData, in repository: Repository) throws {
    self.name = name
    self.commit = commit
    files = try ModelFiles(
      networkPath: data.networkPath, weightsPath: data.weightsPath, in: commit, of: repository)
  }

  var weights: StateDict { files.weights }

  /// Whether both are weights of one network.
  func isComparable(with other: MeasuredModel) -> Bool { files.network.json == other.files.network.json }

  /// The network with these weights.
  func evaluator(_ weights: StateDict) throws -> Evaluator {
    try Evaluator(network: files.network, weights: weights, threadCount: Environment.threadCount)
  }

  /// On the line from this model to another of the same network.
  ///
  /// - Parameter progress: how many points are done; throws to stop.
  func path(
    to other: MeasuredModel, on examples: ExampleSet, pointCount: Int, progress: (Int) throws -> Void
  ) throws -> PathMeasurement {
    guard isComparable(with: other) else {
      throw CommandError(
        .negative, "'\(name)' and '\(other.name)' have different networks: there is no line between them")
    }
    var evaluations: [(lambda: Double, evaluation: Evaluation)] = []
    for lambda in LinearPath.lambdas(count: pointCount) {
      try progress(evaluations.count)
      let weights = try LinearPath.weights(weights, other.weights, at: lambda)
      evaluations.append((lambda, try evaluator(weights).evaluate(examples)))
    }
    return PathMeasurement(evaluations, labels: examples.labels)
  }
}
