import Documents
import Tensors

/// Layers one after the other, some of them blocks, whose shapes are known to chain.
package struct LayerChain: Sendable {
  package let input: ActivationShape
  package let layers: [NamedLayer]
  /// The layers with blocks unfolded, each after those it depends on.
  let operations: [LayerOperation]

  package var output: ActivationShape { operations.last?.outputShape ?? input }

  /// - Throws: `TrainerError` with code `shapeMismatch`, `malformedNetwork` or `resourceLimit`, naming the first layer
  ///   that does not fit.
  package init(input: ActivationShape, layers: [NamedLayer]) throws {
    try Self.check(input)
    var unfolding = LayerUnfolding()
    _ = try unfolding.unfold(layers, value: 0, shape: input)
    self.input = input
    self.layers = layers
    operations = unfolding.operations
  }

  /// Checks what a layer that takes integers is given.
  ///
  /// - Throws: `TrainerError` with code `inputOutOfRange` and the row; what reading a row throws.
  func checkIntegers(of examples: some ExampleSource) throws {
    let ranges = operations.filter { $0.inputs.contains(0) }.compactMap { $0.layer?.integerInputs }
    guard let range = ranges.min(by: { $0.count < $1.count }) else { return }
    let row = FloatBuffer(count: input.elementCount)
    for number in 0..<examples.count {
      try examples.copyInput(row: number, into: row.start)
      guard let position = row.elements.firstIndex(where: { Int(exactly: $0).map(range.contains) != true }) else {
        continue
      }
      throw TrainerError(
        .inputOutOfRange,
        "row \(examples.number(ofRow: number)) has \(row.start[position]) at place \(position) of \(input.elementCount); "
          + "the embedding takes whole numbers from \(range.lowerBound) to \(range.upperBound - 1)")
    }
  }

  /// All parameters, in layer order.
  package var parameters: [NetworkParameter] { operations.flatMap(\.parameters) }

  /// All buffers by full name, in layer order.
  var buffers: [(name: String, buffer: LayerBuffer)] { operations.flatMap(\.buffers) }

  private static func check(_ input: ActivationShape) throws {
    let isPossible =
      switch input {
      case .image(let channels, let height, let width):
        (1...LayerLimits.channels).contains(channels) && (1...LayerLimits.imageSide).contains(height)
          && (1...LayerLimits.imageSide).contains(width)
      case .sequence(let length, let features):
        (1...LayerLimits.sequenceLength).contains(length) && (1...LayerLimits.channels).contains(features)
      case .features(let count): (1...LayerLimits.features).contains(count)
      case .tokens(let limit): (1...LayerLimits.sequenceLength).contains(limit)
      }
    guard isPossible else { throw TrainerError(.malformedNetwork, "input \(input) is not a possible shape") }
    guard input.elementCount <= LayerLimits.activations else {
      throw TrainerError(.resourceLimit, "input \(input) has more than \(LayerLimits.activations) elements")
    }
  }
}
