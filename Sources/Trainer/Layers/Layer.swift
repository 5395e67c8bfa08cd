/// One layer of a network: its constructor arguments, its shapes, and how it runs forward and backward.
///
/// A layer bears PyTorch's name and takes PyTorch's constructor arguments. Adding one is one file in `Layers` with its
/// test and one line in `LayerRegistry`.
///
/// Layers hold no weights and no activations. Both passes run on a few samples at a time, on one thread, in memory the
/// caller owns; a layer must compute the same bits for the same samples whatever thread it runs on.
package protocol Layer: Sendable {
  /// The value of `"type"` in a network definition.
  static var typeName: String { get }

  /// Reads the constructor arguments.
  init(arguments: inout LayerArguments) throws

  /// The constructor arguments, leaving out those that have their default value.
  var arguments: [LayerArgument] { get }

  /// The parameters in the order in which they lie in memory, one after the other.
  var parameters: [LayerParameter] { get }

  /// The shape of one sample's output, or nil with the reason why `input` does not fit.
  func outputShape(for input: ActivationShape) throws(ShapeRefusal) -> ActivationShape

  /// Whether `forward` may write its output over its input, and `backward` the input's gradient over the output's.
  var runsInPlace: Bool { get }

  /// Whether `backward` reads `output`; if not, the next layer may write over it.
  var needsOutputForBackward: Bool { get }

  /// Floats the layer keeps from forward to backward, for `sampleCount` samples.
  func savedCount(for input: ActivationShape, sampleCount: Int) -> Int

  /// Floats the layer needs during a pass and not after it.
  func temporaryCount(for input: ActivationShape, sampleCount: Int) -> Int

  func forward(_ pass: ForwardPass)
  func backward(_ pass: BackwardPass)
}

extension Layer {
  package var arguments: [LayerArgument] { [] }
  package var parameters: [LayerParameter] { [] }
  package var runsInPlace: Bool { false }
  package var needsOutputForBackward: Bool { false }
  package func savedCount(for input: ActivationShape, sampleCount: Int) -> Int { 0 }
  package func temporaryCount(for input: ActivationShape, sampleCount: Int) -> Int { 0 }
}

/// Why an input shape does not fit a layer; the network adds which layer and which shape.
package struct ShapeRefusal: Error {
  let reason: String
}

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

/// What `Layer.forward` works on. `input` and `output` are the same memory if the layer runs in place.
package struct ForwardPass {
  let sampleCount: Int
  let inputShape: ActivationShape
  let outputShape: ActivationShape
  let input: UnsafePointer<Float>
  let output: UnsafeMutablePointer<Float>
  let parameters: UnsafePointer<Float>
  let saved: UnsafeMutablePointer<Float>
  let temporary: UnsafeMutablePointer<Float>
  let blas: BLAS
}

/// What `Layer.backward` works on. Gradients are overwritten, not added to.
package struct BackwardPass {
  let sampleCount: Int
  let inputShape: ActivationShape
  let outputShape: ActivationShape
  let input: UnsafePointer<Float>
  /// As `forward` left it if `needsOutputForBackward`, otherwise undefined.
  let output: UnsafePointer<Float>
  let parameters: UnsafePointer<Float>
  let saved: UnsafePointer<Float>
  let temporary: UnsafeMutablePointer<Float>
  let outputGradient: UnsafePointer<Float>
  /// nil for the first layer, whose input gradient nobody reads.
  let inputGradient: UnsafeMutablePointer<Float>?
  let parameterGradient: UnsafeMutablePointer<Float>
  let blas: BLAS
}
