/// A two-dimensional convolution with square kernels: y[o, p] = b[o] + sum over (c, ky, kx) of W[o, c, ky, kx] x[c,
/// window].
///
/// Shapes: x [N, in_channels, H, W], W [out_channels, in_channels, kernel_size, kernel_size], b [out_channels],
/// y [N, out_channels, (H + 2 padding - kernel_size) / stride + 1, likewise for W]. In memory images lie N, H, W, C and
/// the weight lies out, height, width, in, so that one product over all windows of all samples does the work (im2col).
/// Gradients: with X the columns, dW = dyᵀ X, db = the column sums of dy, dx = col2im(dy W).
/// DType: f32, accumulated in f32 by BLAS.
/// Determinism: one thread, fixed order; bits depend on the BLAS core.
/// Cost: 2 x windows x kernel x out_channels flops forward, twice that backward, and the columns made twice.
/// Source: torch.nn.Conv2d.
package struct Conv2d: Layer {
  package static let typeName = "Conv2d"

  let inChannels: Int
  let outChannels: Int
  let kernelSize: Int
  let stride: Int
  let padding: Int
  let hasBias: Bool

  package init(
    inChannels: Int, outChannels: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0, hasBias: Bool = true
  ) {
    self.inChannels = inChannels
    self.outChannels = outChannels
    self.kernelSize = kernelSize
    self.stride = stride
    self.padding = padding
    self.hasBias = hasBias
  }

  package init(arguments: inout LayerArguments) throws {
    inChannels = try arguments.positiveInteger("in_channels", atMost: LayerLimits.channels)
    outChannels = try arguments.positiveInteger("out_channels", atMost: LayerLimits.channels)
    kernelSize = try arguments.positiveInteger("kernel_size")
    stride = try arguments.positiveInteger("stride", default: 1)
    padding = try arguments.naturalNumber("padding", default: 0)
    hasBias = try arguments.boolean("bias", default: true)
  }

  package var arguments: [LayerArgument] {
    var list: [LayerArgument] = [
      .integer("in_channels", inChannels), .integer("out_channels", outChannels), .integer("kernel_size", kernelSize),
    ]
    if stride != 1 { list.append(.integer("stride", stride)) }
    if padding != 0 { list.append(.integer("padding", padding)) }
    if !hasBias { list.append(.boolean("bias", false)) }
    return list
  }

  private var windowCount: Int { inChannels * kernelSize * kernelSize }

  package var parameters: [LayerParameter] {
    let weight = LayerParameter(
      "weight", shape: [outChannels, inChannels, kernelSize, kernelSize], role: .weight(fanIn: windowCount),
      layout: .channelsLast)
    let bias = LayerParameter("bias", shape: [outChannels], role: .bias(fanIn: windowCount))
    return hasBias ? [weight, bias] : [weight]
  }

  package func outputShape(for input: ActivationShape) throws(ShapeRefusal) -> ActivationShape {
    guard case .image(let channels, let height, let width) = input else { throw .imageExpected(input) }
    guard channels == inChannels else { throw ShapeRefusal(reason: "in_channels is \(inChannels)") }
    guard min(height, width) + 2 * padding >= kernelSize else {
      throw ShapeRefusal(reason: "a kernel of \(kernelSize) is larger than the padded image")
    }
    return .image(
      channels: outChannels, height: (height + 2 * padding - kernelSize) / stride + 1,
      width: (width + 2 * padding - kernelSize) / stride + 1)
  }

  package func temporaryCount(for input: ActivationShape, sampleCount: Int) -> Int {
    columnCount(for: input) * sampleCount
  }

  package func forward(_ pass: ForwardPass) {
    let geometry = geometry(from: pass.inputShape, to: pass.outputShape)
    let columns = columns(of: pass.input, geometry, sampleCount: pass.sampleCount, in: pass.temporary)
    let weight = BLAS.Matrix(pass.parameters, rowCount: outChannels, columnCount: windowCount)
    if hasBias {
      let bias = pass.parameters + outChannels * windowCount
      fillRows(of: pass.output, rowCount: columns.rowCount, columnCount: outChannels, with: bias)
    }
    pass.blas.multiply(columns, weight.transposed, adding: hasBias ? 1 : 0, into: pass.output)
  }

  package func backward(_ pass: BackwardPass) {
    let geometry = geometry(from: pass.inputShape, to: pass.outputShape)
    let rowCount = pass.sampleCount * geometry.positionCount
    let outputGradient = BLAS.Matrix(pass.outputGradient, rowCount: rowCount, columnCount: outChannels)
    if let parameterGradient = pass.parameterGradient {
      let columns = columns(of: pass.input, geometry, sampleCount: pass.sampleCount, in: pass.temporary)
      pass.blas.multiply(outputGradient.transposed, columns, adding: 1, into: parameterGradient)
      if hasBias {
        addColumns(
          of: pass.outputGradient, rowCount: rowCount, columnCount: outChannels,
          to: parameterGradient + outChannels * windowCount)
      }
    }
    guard let inputGradient = pass.inputGradient else { return }
    let weight = BLAS.Matrix(pass.parameters, rowCount: outChannels, columnCount: windowCount)
    pass.blas.multiply(outputGradient, weight, adding: 0, into: pass.temporary)
    for sample in 0..<pass.sampleCount {
      col2im(
        pass.temporary + sample * geometry.positionCount * windowCount, geometry,
        into: inputGradient + sample * geometry.inputCount)
    }
  }

  private func columns(
    of input: UnsafePointer<Float>, _ geometry: WindowGeometry, sampleCount: Int,
    in memory: UnsafeMutablePointer<Float>
  ) -> BLAS.Matrix {
    for sample in 0..<sampleCount {
      im2col(
        input + sample * geometry.inputCount, geometry, into: memory + sample * geometry.positionCount * windowCount)
    }
    return BLAS.Matrix(memory, rowCount: sampleCount * geometry.positionCount, columnCount: windowCount)
  }

  /// Floats in one sample's columns; 0 for an input the layer refuses.
  private func columnCount(for input: ActivationShape) -> Int {
    guard let output = try? outputShape(for: input) else { return 0 }
    return output.elementCount / outChannels * windowCount
  }

  private func geometry(from input: ActivationShape, to output: ActivationShape) -> WindowGeometry {
    WindowGeometry(from: input, to: output, kernelSize: kernelSize, stride: stride, padding: padding)
  }
}
