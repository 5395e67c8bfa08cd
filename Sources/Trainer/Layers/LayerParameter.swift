/// A parameter of a layer.
package struct LayerParameter: Sendable, Equatable {
  package enum Role: Sendable, Equatable {
    /// Multiplies inputs, `fanIn` of them for one output.
    case weight(fanIn: Int)
    /// Is added to an output of `fanIn` inputs.
    case bias(fanIn: Int)
    /// Scales or shifts normalised values; starts at this constant.
    case constant(Float)
    /// A table of vectors, [rows, features], drawn from the normal distribution; one row may stay zero.
    case table(zeroRow: Int?)
  }

  /// Where an element of PyTorch's tensor lies in the trainer's memory.
  package enum Layout: Sendable, Equatable {
    case asInPyTorch
    /// [out, in / groups, height, width] in PyTorch, [groups, height, width, in / groups, out / groups] in memory.
    case convolution(groups: Int)
    /// [channels, 1, height, width] in PyTorch, [height, width, channels] in memory.
    case depthwise
    /// [channels, height, width] in PyTorch, [height, width, channels] in memory.
    case image
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

extension LayerParameter.Layout {
  /// Calls `body` with every element's index in a PyTorch tensor of `shape` and in memory.
  func forEachElement(of shape: [Int], _ body: (_ pytorch: Int, _ memory: Int) -> Void) {
    switch self {
    case .convolution(let groups) where shape.count == 4:
      let (outputs, inputs, area) = (shape[0] / groups, shape[1], shape[2] * shape[3])
      for output in 0..<shape[0] {
        let (group, column) = output.quotientAndRemainder(dividingBy: outputs)
        for input in 0..<inputs {
          for position in 0..<area {
            body(
              (output * inputs + input) * area + position,
              ((group * area + position) * inputs + input) * outputs + column)
          }
        }
      }
    case .depthwise where shape.count == 4, .image where shape.count == 3:
      let area = shape.suffix(2).reduce(1, *)
      for channel in 0..<shape[0] {
        for position in 0..<area { body(channel * area + position, position * shape[0] + channel) }
      }
    default:
      for index in 0..<shape.reduce(1, *) { body(index, index) }
    }
  }
}
