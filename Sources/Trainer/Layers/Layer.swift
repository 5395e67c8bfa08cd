/// One layer of a network: its constructor arguments, its shapes, and how it runs forward and backward.
///
/// A layer bears PyTorch's name and takes PyTorch's constructor arguments. Adding one is one file in `Layers` with its
/// test and one line in `LayerRegistry`.
///
/// Layers hold no weights and no activations. Both passes run on a few samples at a time, on one thread, in memory the
/// caller owns; a layer must compute the same bits for the same samples whatever thread it runs on. A layer that must
/// see the whole batch at once also conforms to `BatchStatisticsLayer` or `WholeBatchLayer`.
package protocol Layer: Sendable {
  /// The value of `"type"` in a network definition.
  static var typeName: String { get }

  /// Reads the constructor arguments.
  init(arguments: inout LayerArguments) throws

  /// The constructor arguments, leaving out those that have their default value.
  var arguments: [LayerArgument] { get }

  /// The parameters in the order in which they lie in memory, one after the other.
  var parameters: [LayerParameter] { get }

  /// What the state dict holds beside the parameters, in the order in which it lies in memory.
  var buffers: [LayerBuffer] { get }

  /// The shape of one sample's output, or the reason why `input` does not fit.
  func outputShape(for input: ActivationShape) throws(ShapeRefusal) -> ActivationShape

  /// Whether `forward` may write its output over its input, and `backward` the input's gradient over the output's.
  var runsInPlace: Bool { get }

  /// Whether `backward` reads `input`; if not, its memory may be taken for something else.
  var needsInputForBackward: Bool { get }

  /// Whether `backward` reads `output`; if not, the next layer may write over it.
  var needsOutputForBackward: Bool { get }

  /// The integers that the input is made of, which only a network's input can be; nil for floats.
  var integerInputs: Range<Int>? { get }

  /// Whether the layer draws random numbers while it is trained.
  var isRandom: Bool { get }

  /// Floats the layer keeps from forward to backward for each sample.
  func savedCount(for input: ActivationShape) -> Int

  /// Floats the layer needs during a pass and not after it.
  func temporaryCount(for input: ActivationShape, sampleCount: Int) -> Int

  /// Floats made of the parameters once for each step, and shared by all samples.
  func preparedCount(isTraining: Bool) -> Int

  func prepare(_ pass: PreparationPass)
  func forward(_ pass: ForwardPass)
  func backward(_ pass: BackwardPass)
}

extension Layer {
  package var arguments: [LayerArgument] { [] }
  package var parameters: [LayerParameter] { [] }
  package var buffers: [LayerBuffer] { [] }
  package var runsInPlace: Bool { false }
  package var needsInputForBackward: Bool { true }
  package var needsOutputForBackward: Bool { false }
  package var integerInputs: Range<Int>? { nil }
  package var isRandom: Bool { false }
  package func savedCount(for input: ActivationShape) -> Int { 0 }
  package func temporaryCount(for input: ActivationShape, sampleCount: Int) -> Int { 0 }
  package func preparedCount(isTraining: Bool) -> Int { 0 }
  package func prepare(_ pass: PreparationPass) {}
}
