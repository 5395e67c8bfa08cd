import Documents

extension TrainingRun {
  /// The network and weights a run starts from: the request's, with the head the task and the data set call for.
  ///
  /// A grafted head replaces the model's whatever the task says of heads. Otherwise `head: keep` keeps it, `head: new`
  /// draws a fresh one, and a task that says neither keeps a head with the data set's number of classes.
  ///
  /// - Throws: `TrainerError` with code `classCountMismatch` if a head that must be kept, or a grafted one, does not
  /// have
  ///   the data set's number of classes.
  static func withHead(_ request: TrainingRequest) throws -> (NetworkDefinition, StateDict) {
    let classCount = request.dataset.classCount
    // One logit tells two classes apart, for the loss that is made for it.
    let isBinary = request.network.classCount == 1 && classCount == 2 && request.task.loss is BinaryCrossEntropy
    // A checkpoint of an encoder alone has none.
    let hasHead =
      request.network.encoder == nil || request.network.headParameterNames.allSatisfy { request.weights[$0] != nil }
    let fits = request.network.classCount == classCount || isBinary
    if let head = request.graftedHead {
      return try replaceHead(request, with: head, classCount: classCount)
    }
    switch request.task.head {
    case .keep where !hasHead:
      throw TrainerError(.missingParameter, "the weights have no head to keep")
    case .keep where !fits:
      throw TrainerError(
        .classCountMismatch,
        "the head has \(request.network.classCount) classes, "
          + "data set \(request.dataset.name.quoted()) has \(classCount)"
      )
    case .keep:
      return (request.network, request.weights)
    case .new:
      return try replaceHead(request, with: nil, classCount: classCount)
    case nil:
      return fits && hasHead
        ? (request.network, request.weights) : try replaceHead(request, with: nil, classCount: classCount)
    }
  }

  private static func replaceHead(
    _ request: TrainingRequest, with grafted: StateDict?, classCount: Int
  ) throws -> (NetworkDefinition, StateDict) {
    let network = try request.network.replacingHead(
      classCount: classCount, classNames: request.dataset.classNames)
    let head = try grafted?.filtered(names: network.headParameterNames) ?? network.initialHead(seed: request.seed)
    try check(head, of: network, dataset: request.dataset)
    var weights = request.weights
    weights.merge(head)
    weights.merge(try network.initialTop(without: weights, seed: request.seed))
    return (network, weights)
  }

  private static func check(_ head: StateDict, of network: NetworkDefinition, dataset: ImageDataset) throws {
    for name in network.headParameterNames {
      guard let entry = head[name] else {
        throw TrainerError(.missingParameter, "the grafted head has no \(name.quoted())")
      }
      guard let count = entry.shape.first, count == dataset.classCount else {
        throw TrainerError(
          .classCountMismatch,
          "the grafted head's \(name.quoted()) has shape \(entry.shape), data set \(dataset.name.quoted()) has "
            + "\(dataset.classCount) classes")
      }
    }
  }
}
