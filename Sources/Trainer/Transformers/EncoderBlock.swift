/// One block of an encoder: y = LN(x + attention(x)), output = LN(y + W₂ a(W₁ y + b₁) + b₂).
///
/// Shapes: [tokens, hidden], packed. Source: J. Devlin et al., "BERT", NAACL 2019 (normalisation after each sum).
struct EncoderBlock {
  let configuration: EncoderConfiguration
  let places: EncoderParameters.Block

  private var attention: SelfAttention {
    SelfAttention(headCount: configuration.headCount, headSize: configuration.headSize)
  }

  /// Reads `kept.input`.
  func forward(
    _ tokens: PackedTokens, parameters: UnsafePointer<Float>, kept: BlockActivations, into output: FloatBuffer
  ) {
    let rows = tokens.tokenCount
    let input = kept.input.start
    places.query.forward(input, rows: rows, parameters: parameters, into: kept.query.start)
    places.key.forward(input, rows: rows, parameters: parameters, into: kept.key.start)
    places.value.forward(input, rows: rows, parameters: parameters, into: kept.value.start)
    attention.forward(
      tokens, query: kept.query.start, key: kept.key.start, value: kept.value.start,
      probabilities: kept.probabilities.start, context: kept.context.start)
    places.attentionOutput.forward(
      kept.context.start, rows: rows, parameters: parameters, into: kept.attentionSum.start)
    kept.attentionSum.add(kept.input)
    normalize(
      kept.attentionSum, places.attentionNorm, rows, parameters, into: kept.attended, kept.attentionStatistics)
    places.intermediate.forward(
      kept.attended.start, rows: rows, parameters: parameters, into: kept.intermediate.start)
    configuration.activation.values(kept.intermediate, into: kept.activated)
    places.output.forward(kept.activated.start, rows: rows, parameters: parameters, into: kept.outputSum.start)
    kept.outputSum.add(kept.attended)
    normalize(kept.outputSum, places.outputNorm, rows, parameters, into: output, kept.outputStatistics)
  }

  private func normalize(
    _ input: FloatBuffer, _ norm: EncoderParameters.Norm, _ rows: Int, _ parameters: UnsafePointer<Float>,
    into output: FloatBuffer, _ statistics: FloatBuffer
  ) {
    RowNormalization.forward(
      input.start, rows: rows, size: configuration.hiddenSize, scale: parameters + norm.weight,
      shift: parameters + norm.bias, epsilon: configuration.layerNormEpsilon, into: output.start,
      statistics: statistics.start)
  }

  /// - Parameters:
  ///   - kept: of the forward pass.
  ///   - gradient: [tokens, hidden]: by the output on entry, by the input on return.
  ///   - sums: of all parameters, are added to.
  func backward(
    _ tokens: PackedTokens, parameters: UnsafePointer<Float>, kept: BlockActivations, gradient: FloatBuffer,
    scratch: EncoderScratch, sums: UnsafeMutablePointer<Float>
  ) {
    let rows = tokens.tokenCount
    denormalize(kept.outputSum, gradient, places.outputNorm, rows, parameters, kept.outputStatistics, sums)
    // By what came out of the second matrix and, the same, by what went round the two.
    places.output.backward(
      kept.activated.start, gradient.start, rows: rows, parameters: parameters, gradient: sums,
      into: scratch.wide.start, adding: false)
    configuration.activation.gradients(kept.intermediate, scratch.wide)
    places.intermediate.backward(
      kept.attended.start, scratch.wide.start, rows: rows, parameters: parameters, gradient: sums,
      into: gradient.start, adding: true)
    denormalize(kept.attentionSum, gradient, places.attentionNorm, rows, parameters, kept.attentionStatistics, sums)
    places.attentionOutput.backward(
      kept.context.start, gradient.start, rows: rows, parameters: parameters, gradient: sums,
      into: scratch.context.start, adding: false)
    attention.backward(
      tokens, query: kept.query.start, key: kept.key.start, value: kept.value.start,
      probabilities: kept.probabilities.start, dContext: scratch.context.start, scratch: scratch.pairs.start,
      dQuery: scratch.query.start, dKey: scratch.key.start, dValue: scratch.value.start)
    for (place, part) in [(places.query, scratch.query), (places.key, scratch.key), (places.value, scratch.value)] {
      place.backward(
        kept.input.start, part.start, rows: rows, parameters: parameters, gradient: sums, into: gradient.start,
        adding: true)
    }
  }

  private func denormalize(
    _ input: FloatBuffer, _ gradient: FloatBuffer, _ norm: EncoderParameters.Norm, _ rows: Int,
    _ parameters: UnsafePointer<Float>, _ statistics: FloatBuffer, _ sums: UnsafeMutablePointer<Float>
  ) {
    RowNormalization.backward(
      input.start, gradient.start, rows: rows, size: configuration.hiddenSize, scale: parameters + norm.weight,
      statistics: statistics.start, into: gradient.start, dScale: sums + norm.weight, dShift: sums + norm.bias)
  }
}

/// Memory that all blocks share on the way back.
struct EncoderScratch {
  let wide: FloatBuffer
  let context: FloatBuffer
  let query: FloatBuffer
  let key: FloatBuffer
  let value: FloatBuffer
  /// [longest sequence²].
  let pairs: FloatBuffer

  init(_ configuration: EncoderConfiguration, tokens: PackedTokens) {
    let hidden = { FloatBuffer(count: tokens.tokenCount * configuration.hiddenSize) }
    wide = FloatBuffer(count: tokens.tokenCount * configuration.intermediateSize)
    context = hidden()
    query = hidden()
    key = hidden()
    value = hidden()
    let longest = (0..<tokens.sequenceCount).map(tokens.length).max() ?? 0
    pairs = FloatBuffer(count: longest * longest)
  }
}

extension FloatBuffer {
  /// Adds another buffer, element by element.
  func add(_ other: FloatBuffer) {
    precondition(count == other.count)
    for index in 0..<count { start[index] += other.start[index] }
  }
}

extension EncoderConfiguration.Activation {
  func values(_ input: FloatBuffer, into output: FloatBuffer) {
    switch self {
    case .gelu: apply(GELU(), input, output)
    case .geluTanh: apply(GELU(isApproximate: true), input, output)
    case .relu: for index in 0..<input.count { output.start[index] = max(0, input.start[index]) }
    }
  }

  private func apply(_ unit: GELU, _ input: FloatBuffer, _ output: FloatBuffer) {
    for index in 0..<input.count { output.start[index] = unit.value(input.start[index]) }
  }

  /// Multiplies the gradient by the output with the slope at the input.
  func gradients(_ input: FloatBuffer, _ gradient: FloatBuffer) {
    switch self {
    case .gelu: scale(GELU(), input, gradient)
    case .geluTanh: scale(GELU(isApproximate: true), input, gradient)
    case .relu: for index in 0..<input.count where input.start[index] <= 0 { gradient.start[index] = 0 }
    }
  }

  private func scale(_ unit: GELU, _ input: FloatBuffer, _ gradient: FloatBuffer) {
    for index in 0..<input.count { gradient.start[index] *= unit.slope(input.start[index]) }
  }
}
