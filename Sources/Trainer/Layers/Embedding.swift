/// A table of vectors looked up by number: y[l] = W[x[l]].
///
/// Shapes: x [N, L], integers from 0 to num_embeddings - 1 as floats; W [num_embeddings, embedding_dim],
/// y [N, L, embedding_dim]. It can only be the first layer.
/// Gradient: dW[i] = the sum of dy[l] over all l with x[l] = i, but 0 for `padding_idx`; x has none.
/// DType: f32, summed in the order of the samples.
/// NaN and infinity: what is no number of the table gives NaN; training and evaluation refuse it before that.
/// Determinism: one thread, fixed order.
/// Source: torch.nn.Embedding.
package struct Embedding: Layer {
  package static let typeName = "Embedding"

  let rowCount: Int
  let width: Int
  /// A row that is not trained and starts at zero.
  let paddingRow: Int?

  package init(rowCount: Int, width: Int, paddingRow: Int? = nil) {
    self.rowCount = rowCount
    self.width = width
    self.paddingRow = paddingRow
  }

  package init(arguments: inout LayerArguments) throws {
    rowCount = try arguments.positiveInteger("num_embeddings", atMost: LayerLimits.features)
    width = try arguments.positiveInteger("embedding_dim", atMost: LayerLimits.channels)
    let none = -1
    let row = try arguments.integer("padding_idx", in: none...rowCount - 1, default: none)
    paddingRow = row == none ? nil : row
  }

  package var arguments: [LayerArgument] {
    [.integer("num_embeddings", rowCount), .integer("embedding_dim", width)]
      + (paddingRow.map { [.integer("padding_idx", $0)] } ?? [])
  }

  package var parameters: [LayerParameter] {
    [LayerParameter("weight", shape: [rowCount, width], role: .table(zeroRow: paddingRow))]
  }

  package var integerInputs: Range<Int>? { 0..<rowCount }

  package func outputShape(for input: ActivationShape) throws(ShapeRefusal) -> ActivationShape {
    guard case .features(let length) = input else { throw ShapeRefusal(reason: "it takes [length] integers") }
    return .sequence(length: length, features: width)
  }

  package func forward(_ pass: ForwardPass) {
    for index in 0..<pass.sampleCount * pass.inputShape.elementCount {
      let output = pass.output + index * width
      if let row = row(pass.input[index]) {
        output.update(from: pass.parameters + row * width, count: width)
      } else {
        output.update(repeating: .nan, count: width)
      }
    }
  }

  package func backward(_ pass: BackwardPass) {
    guard let gradient = pass.parameterGradient else { return }
    for index in 0..<pass.sampleCount * pass.inputShape.elementCount {
      guard let row = row(pass.input[index]), row != paddingRow else { continue }
      let target = gradient + row * width
      pass.kernels.c.add(Int64(width), target, pass.outputGradient + index * width, target)
    }
  }

  /// The row a float stands for.
  private func row(_ number: Float) -> Int? {
    guard let row = Int(exactly: number), (0..<rowCount).contains(row) else { return nil }
    return row
  }
}
