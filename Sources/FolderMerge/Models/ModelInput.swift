import Checkpoints
import Documents
import Merging
import Tensors

/// A model of a merge: a checkpoint, with adapters on it if there are any.
package struct ModelInput: Sendable {
  /// An adapter and how much of it is applied.
  package struct WeightedAdapter: Sendable {
    package let adapter: Adapter
    package let weight: Double

    package init(_ adapter: Adapter, weight: Double = 1) {
      self.adapter = adapter
      self.weight = weight
    }
  }

  /// As the user named it.
  package let name: String
  package let model: OpenModel
  package let adapters: [WeightedAdapter]
  /// What a recipe wants to know of the model beside its weights, by `MergeCompanion.name`, under the names of its tensors.
  private(set) var companions: [String: OpenModel] = [:]
  /// What each adapter does, by the names of this model.
  private let updates: [[JSONKey: Adapter.Update]]
  private let cache: FactorCache

  /// - Throws: `FolderMergeError.badAdapter` if an adapter does not fit the model.
  package init(name: String, _ model: OpenModel, adapters: [WeightedAdapter] = []) throws {
    self.name = name
    self.model = model
    self.adapters = adapters
    cache = FactorCache()
    updates = try adapters.map { try $0.adapter.updates(for: model) }
    for item in adapters {
      guard item.weight == 1 || !item.adapter.configuration.usesDoRA else {
        throw FolderMergeError(
          .badAdapter, "'\(item.adapter.name)' uses DoRA, which sets lengths: it has no share of \(item.weight)",
          subjects: [item.adapter.name])
      }
    }
  }

  /// The model's tensors in the order of its files, then those that only adapters have.
  package var tensorNames: [String] {
    var names = model.tensorNames
    for key in Set(updates.flatMap(\.keys)).sorted() where model.descriptor(key.text) == nil { names.append(key.text) }
    return names
  }

  /// The model with something known beside its weights.
  ///
  /// - Throws: `FolderMergeError.badRequest` if none of its tensors is in the model.
  package func adding(_ companion: OpenModel, as name: String) throws(FolderMergeError) -> ModelInput {
    guard companion.tensorNames.contains(where: { model.descriptor($0) != nil }) else {
      throw FolderMergeError(
        .badRequest, "'\(companion.name)' has none of the tensors of '\(self.name)'",
        subjects: [companion.name, self.name])
    }
    var result = self
    result.companions[name] = companion
    return result
  }

  /// What is known of one tensor.
  func companionReaders(_ tensor: String) -> [String: any TensorReader] {
    companions.compactMapValues { FileTensor(tensor, of: $0) }
  }

  /// The type that the model stores a tensor in, or an adapter that brings it.
  func storedDType(_ tensor: String) -> DType? {
    model.descriptor(tensor)?.dtype ?? (try? reader(tensor))?.dtype
  }

  /// A tensor with all adapters applied; nil if there is none of that name.
  func reader(_ tensor: String) throws -> (any TensorReader)? {
    let base: (any TensorReader)? = FileTensor(tensor, of: model)
    let updates = zip(adapters, updates).compactMap { item, updates in updates[JSONKey(tensor)].map { (item, $0) } }
    guard !updates.isEmpty else { return base }
    guard let start = try replaced(base, updates, tensor) else { return nil }
    return try withProducts(start, updates, tensor)
  }

  /// What adapters hold whole is taken, or gone towards; biases are added.
  private func replaced(
    _ base: (any TensorReader)?, _ updates: [(WeightedAdapter, Adapter.Update)], _ tensor: String
  ) throws -> (any TensorReader)? {
    var moves: [MovedTensor.Move] = []
    for (item, update) in updates {
      if let name = update.replacement, let reader = FileTensor(name, of: item.adapter.weights) {
        moves.append(MovedTensor.Move(reader: reader, weight: item.weight, isDifference: false))
      }
      if let (name, scaling) = update.biasDelta, let reader = FileTensor(name, of: item.adapter.weights) {
        moves.append(MovedTensor.Move(reader: reader, weight: item.weight * scaling, isDifference: true))
      }
    }
    guard let first = moves.first else { return base }
    if moves.count == 1, first.weight == 1, !first.isDifference { return first.reader }
    guard let base, moves.allSatisfy({ $0.reader.shape == base.shape }) else {
      throw FolderMergeError(
        .badAdapter, "the adapters of '\(name)' hold '\(tensor)' in ways that cannot be added up", subjects: [tensor])
    }
    return MovedTensor(base: base, moves: moves)
  }

  private func withProducts(
    _ start: any TensorReader, _ updates: [(WeightedAdapter, Adapter.Update)], _ tensor: String
  ) throws -> any TensorReader {
    let products = updates.compactMap { item, update in update.product.map { (item, $0) } }
    guard !products.isEmpty else { return start }
    guard FloatConversion.isSupported(start.dtype) else {
      throw FolderMergeError(
        .badAdapter, "'\(tensor)' has \(start.dtype.rawValue) elements, which nothing can be added to")
    }
    return start.dtype == .bf16 || start.dtype == .f16
      ? AdaptedTensor<Float>(start, steps: try steps(products, on: start, tensor))
      : AdaptedTensor<Double>(start, steps: try steps(products, on: start, tensor))
  }

  private func steps<Element: AdapterElement>(
    _ products: [(WeightedAdapter, Adapter.Product)], on start: any TensorReader, _ tensor: String
  ) throws -> [LazyFactors<Element>] {
    try products.map { item, product in
      let layout = try ProductLayout(product, of: item.adapter, on: start.shape, tensor: tensor)
      return LazyFactors(cache) {
        try LowRankFactors(product, of: item.adapter, weight: item.weight, layout: layout, base: start)
      }
    }
  }
}
