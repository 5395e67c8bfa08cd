/// A fully connected layer: y = x Wᵀ + b.
///
/// Shapes: x [N, in_features], W [out_features, in_features], b [out_features], y [N, out_features]; or x and y with
/// positions between, [N, L, in_features] and [N, L, out_features].
/// Gradients: dx = dy W, dW = dyᵀ x, db = the column sums of dy.
/// DType: f32, accumulated in f32 by BLAS.
/// Determinism: one thread, fixed order; bits depend on the BLAS core.
/// Source: torch.nn.Linear.
package struct Linear: Layer {
  package static let typeName = "Linear"

  let inFeatures: Int
  let outFeatures: Int
  let hasBias: Bool

  package init(inFeatures: Int, outFeatures: Int, hasBias: Bool = true) {
    self.inFeatures = inFeatures
    self.outFeatures = outFeatures
    self.hasBias = hasBias
  }

  package init(arguments: inout LayerArguments) throws {
    inFeatures = try arguments.positiveInteger("in_features", atMost: LayerLimits.features)
    outFeatures = try arguments.positiveInteger("out_features", atMost: LayerLimits.features)
    hasBias = try arguments.boolean("bias", default: true)
  }

  package var arguments: [LayerArgument] {
    [.integer("in_features", inFeatures), .integer("out_features", outFeatures)]
      + (hasBias ? [] : [.boolean("bias", false)])
  }

  package var parameters: [LayerParameter] {
    let weight = LayerParameter("weight", shape: [outFeatures, inFeatures], role: .weight(fanIn: inFeatures))
    let bias = LayerParameter("bias", shape: [outFeatures], role: .bias(fanIn: inFeatures))
    return hasBias ? [weight, bias] : [weight]
  }

  package func outputShape(for input: ActivationShape) throws(ShapeRefusal) -> ActivationShape {
    if case .image = input { throw ShapeRefusal(reason: "it takes features, not an image (put a Flatten before it)") }
    guard input.channelCount == inFeatures else { throw ShapeRefusal(reason: "in_features is \(inFeatures)") }
    if case .sequence(let length, _) = input { return .sequence(length: length, features: outFeatures) }
    return .features(outFeatures)
  }

  package func forward(_ pass: ForwardPass) {
    let input = BLAS.Matrix(pass.input, rowCount: pass.rowCount, columnCount: inFeatures)
    let weight = BLAS.Matrix(pass.parameters, rowCount: outFeatures, columnCount: inFeatures)
    if hasBias {
      let bias = pass.parameters + outFeatures * inFeatures
      fillRows(of: pass.output, rowCount: pass.rowCount, columnCount: outFeatures, with: bias)
    }
    pass.blas.multiply(input, weight.transposed, adding: hasBias ? 1 : 0, into: pass.output)
  }

  package func backward(_ pass: BackwardPass) {
    let input = BLAS.Matrix(pass.input, rowCount: pass.rowCount, columnCount: inFeatures)
    let weight = BLAS.Matrix(pass.parameters, rowCount: outFeatures, columnCount: inFeatures)
    let outputGradient = BLAS.Matrix(pass.outputGradient, rowCount: pass.rowCount, columnCount: outFeatures)
    if let parameterGradient = pass.parameterGradient {
      pass.blas.multiply(outputGradient.transposed, input, adding: 1, into: parameterGradient)
      if hasBias {
        addColumns(
          of: pass.outputGradient, rowCount: pass.rowCount, columnCount: outFeatures,
          to: parameterGradient + outFeatures * inFeatures)
      }
    }
    if let inputGradient = pass.inputGradient {
      pass.blas.multiply(outputGradient, weight, adding: 0, into: inputGradient)
    }
  }
}
