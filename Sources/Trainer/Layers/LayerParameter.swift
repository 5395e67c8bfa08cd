/// A parameter of a layer.
package struct LayerParameter: Sendable, Equatable {
  package enum Role: Sendable, Equatable {
    /// Multiplies inputs, `fanIn` of them for one output.
    case weight(fanIn: Int)
    /// Is added to an output of `fanIn` inputs.
    case bias(fanIn: Int)
    /// Scales or shifts normalised values; starts at this constant.
    case constant(Float)
  }

  /// Where an element of PyTorch's tensor lies in the trainer's memory.
  package enum Layout: Sendable, Equatable {
    case asInPyTorch
    /// [out, in, height, width] in PyTorch, [out, height, width, in] in memory.
    case channelsLast
  }

  /// The name below the layer's, "weight" or "bias".
  package let name: String
  /// PyTorch's shape.
  package let shape: [Int]
  package let role: Role
  package let layout: Layout

  init(_ name: String, shape: [Int], role: Role, layout: Layout = .asInPyTorch) {
    self.name = name
    self.shape = shape
    self.role = role
    self.layout = layout
  }

  package var elementCount: Int { shape.reduce(1, *) }
}
