import Tensors

/// The order in which the units of one network stand as another's do.
package struct UnitOrder: Hashable, Sendable {
  private let spec: PermutationSpec
  /// For each permutation, where unit i of the first network is found in the second.
  package let orders: [String: [Int]]

  init(_ spec: PermutationSpec, _ orders: [String: [Int]]) {
    self.spec = spec
    self.orders = orders
  }

  /// A tensor of the second network in the order of the first; one that the specification does not name as it is.
  package func aligned(_ name: String, _ reader: any TensorReader) throws -> any TensorReader {
    guard let axes = spec.axes[name], axes.count == reader.shape.rank, let width = reader.dtype.byteWidth else {
      return reader
    }
    let order = PermutedOrder.indices(reader.shape.dimensions, axes, orders)
    var source = [UInt8](repeating: 0, count: try reader.shape.byteCount(of: reader.dtype))
    try source.withUnsafeMutableBytes { try reader.read(elements: 0..<reader.shape.elementCount, into: $0) }
    return try ResidentTensor(dtype: reader.dtype, shape: reader.shape) { bytes in
      for (to, from) in order.enumerated() {
        for byte in 0..<width { bytes[to * width + byte] = source[from * width + byte] }
      }
    }
  }
}
