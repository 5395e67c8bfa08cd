import CLayerKernels

/// A fully connected layer: y = x Wᵀ + b.
///
/// Shapes: x [N, in_features], W [out_features, in_features], b [out_features], y [N, out_features]; or x and y with
/// positions between, [N, L, in_features] and [N, L, out_features].
/// Gradients: dx = dy W, dW = dyᵀ x, db = the column sums of dy.
/// DType: f32, accumulated in f32 in the order of the inputs (y), outputs (dx) and rows (dW); db in f64 for each shard.
/// Determinism: fixed order; bits depend on the instruction set.
/// Source: torch.nn.Linear.
package struct Linear: WholeBatchLayer {
  package static let typeName = "Linear"

  let inFeatures: Int
  let outFeatures: Int
  let hasBias: Bool

  /// From so many weights on the whole batch is worked off at once.
  private static let wholeBatchThreshold = 1 << 15

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

  private var weightCount: Int { outFeatures * inFeatures }

  // Slice by slice: one product for all outputs, in the tasks' manner.

  package func temporaryCount(for input: ActivationShape, sampleCount: Int) -> Int {
    guard !takesWholeBatch(input) else { return 0 }
    let rows = sampleCount * input.positionCount
    return LinearRows.arrangedCount(features: inFeatures, rowCount: rows)
      + LinearRows.temporaryCount(outputs: outFeatures, rowCount: rows)
  }

  package func forward(_ pass: ForwardPass) {
    let arrangedCount = LinearRows.arrangedCount(features: inFeatures, rowCount: pass.rowCount)
    let rows = LinearRows(
      features: inFeatures, rowCount: pass.rowCount, arranged: pass.temporary, kernels: pass.kernels)
    rows.arrange(pass.input, rowCount: pass.rowCount, firstRow: 0)
    rows.multiply(
      outputs: 0..<outFeatures, weight: pass.parameters, bias: hasBias ? pass.parameters + weightCount : nil,
      temporary: pass.temporary + arrangedCount, into: pass.output, outputCount: outFeatures)
  }

  package func backward(_ pass: BackwardPass) {
    if let inputGradient = pass.inputGradient {
      writeInputGradient(
        features: 0..<inFeatures, rowCount: pass.rowCount, outputGradient: pass.outputGradient,
        weight: pass.parameters, to: inputGradient, pass.kernels)
    }
    guard let gradient = pass.parameterGradient else { return }
    writeWeightGradient(
      outputs: 0..<outFeatures, rowCount: pass.rowCount, input: pass.input, outputGradient: pass.outputGradient,
      adds: true, to: gradient, pass.kernels)
    guard hasBias else { return }
    pass.kernels.addColumnSums(
      of: pass.outputGradient, rowCount: pass.rowCount, columnCount: outFeatures, to: gradient + weightCount)
  }

  // The whole batch at once.

  package func takesWholeBatch(_ input: ActivationShape) -> Bool { weightCount >= Self.wholeBatchThreshold }

  package func arrangedCount(for input: ActivationShape, sampleCount: Int) -> Int {
    LinearRows.arrangedCount(features: inFeatures, rowCount: sampleCount * input.positionCount)
  }

  package func taskTemporaryCount(for input: ActivationShape, sampleCount: Int) -> Int {
    LinearRows.temporaryCount(outputs: Self.outputsPerTask, rowCount: sampleCount * input.positionCount)
  }

  package func arrange(
    _ input: UnsafePointer<Float>, sampleCount: Int, firstSample: Int, _ pass: WholeForwardPass
  ) {
    let positionCount = pass.inputShape.positionCount
    LinearRows(features: inFeatures, rowCount: pass.rowCount, arranged: pass.arranged, kernels: pass.kernels)
      .arrange(input, rowCount: sampleCount * positionCount, firstRow: firstSample * positionCount)
  }

  private static let outputsPerTask = 56
  private static let featuresPerTask = 64

  package var forwardTaskCount: Int { (outFeatures + Self.outputsPerTask - 1) / Self.outputsPerTask }

  package func forward(task: Int, _ pass: WholeForwardPass) {
    LinearRows(features: inFeatures, rowCount: pass.rowCount, arranged: pass.arranged, kernels: pass.kernels)
      .multiply(
        outputs: outputs(ofTask: task), weight: pass.parameters,
        bias: hasBias ? pass.parameters + weightCount : nil, temporary: pass.temporary, into: pass.output,
        outputCount: outFeatures)
  }

  private func outputs(ofTask task: Int) -> Range<Int> {
    task * Self.outputsPerTask..<min((task + 1) * Self.outputsPerTask, outFeatures)
  }

  package func backwardTaskCount(_ pass: WholeBackwardPass) -> Int {
    (pass.inputGradient == nil ? 0 : (inFeatures + Self.featuresPerTask - 1) / Self.featuresPerTask)
      + (pass.parameterGradient == nil ? 0 : forwardTaskCount)
  }

  package func backward(task: Int, _ pass: WholeBackwardPass) {
    var task = task
    if let gradient = pass.parameterGradient {
      if task < forwardTaskCount {
        let outputs = outputs(ofTask: task)
        writeWeightGradient(
          outputs: outputs, rowCount: pass.rowCount, input: pass.input, outputGradient: pass.outputGradient,
          adds: false, to: gradient, pass.kernels)
        if hasBias { writeBiasGradient(outputs, pass, to: gradient + weightCount) }
        return
      }
      task -= forwardTaskCount
    }
    guard let inputGradient = pass.inputGradient else { return }
    let first = task * Self.featuresPerTask
    writeInputGradient(
      features: first..<min(first + Self.featuresPerTask, inFeatures), rowCount: pass.rowCount,
      outputGradient: pass.outputGradient, weight: pass.parameters, to: inputGradient, pass.kernels)
  }

  private func writeBiasGradient(
    _ outputs: Range<Int>, _ pass: WholeBackwardPass, to gradient: UnsafeMutablePointer<Float>
  ) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: outputs.count) { sums in
      sums.initialize(repeating: 0)
      for row in 0..<pass.rowCount {
        let values = pass.outputGradient + row * outFeatures + outputs.lowerBound
        for index in sums.indices { sums[index] += Double(values[index]) }
      }
      for index in sums.indices { gradient[outputs.lowerBound + index] = Float(sums[index]) }
    }
  }

  /// dx[·, features] <- dy W[·, features].
  private func writeInputGradient(
    features: Range<Int>, rowCount: Int, outputGradient: UnsafePointer<Float>, weight: UnsafePointer<Float>,
    to target: UnsafeMutablePointer<Float>, _ kernels: VectorKernels
  ) {
    var segment: Int32 = 0
    withUnsafePointer(to: &segment) { segment in
      var product = wgit_window_product_t(
        imageCount: 1, lineCount: 1, lineLength: Int32(rowCount), columnCount: Int32(features.count),
        a: outputGradient, aImage: 0, aLine: 0, aStep: Int64(outFeatures), segmentCount: 1, depth: Int32(outFeatures),
        segments: segment, b: weight + features.lowerBound, bStride: Int64(inFeatures), bias: nil,
        c: target + features.lowerBound, cImage: 0, cLine: 0, cStep: Int64(inFeatures), adds: false)
      kernels.c.window_product(&product)
    }
  }

  /// dW[outputs, ·] <- (dW or 0) + dy[·, outputs]ᵀ x.
  private func writeWeightGradient(
    outputs: Range<Int>, rowCount: Int, input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, adds: Bool,
    to target: UnsafeMutablePointer<Float>, _ kernels: VectorKernels
  ) {
    var product = wgit_transposed_product_t(
      imageCount: 1, lineCount: 1, lineLength: Int32(rowCount), rowCount: Int32(outputs.count),
      columnCount: Int32(inFeatures), a: outputGradient + outputs.lowerBound, aImage: 0, aLine: 0,
      aStep: Int64(outFeatures), b: input, bImage: 0, bLine: 0, bStep: Int64(inFeatures),
      c: target + outputs.lowerBound * inFeatures, cStride: Int64(inFeatures), adds: adds)
    kernels.c.transposed_product(&product)
  }
}
