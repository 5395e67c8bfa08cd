/// A tensor of a layer's state that no gradient changes, PyTorch's "buffer".
package enum LayerBuffer: Sendable, Equatable {
  /// Floats, changed by the forward pass of training.
  case floats(name: String, shape: [Int], initial: Float)
  /// A 64-bit count of the batches seen, of shape [].
  case batchCount(name: String)

  package var name: String {
    switch self {
    case .floats(let name, _, _), .batchCount(let name): name
    }
  }

  package var shape: [Int] {
    switch self {
    case .floats(_, let shape, _): shape
    case .batchCount: []
    }
  }

  /// Floats in the trainer's memory.
  var floatCount: Int {
    switch self {
    case .floats(_, let shape, _): shape.reduce(1, *)
    case .batchCount: 0
    }
  }
}
