import Tensors

/// One block of an encoder: y = LN(x + attention(x)), output = LN(y + W₂ a(W₁ y + b₁) + b₂); in training dropout applies
/// to the probabilities and to what is added to x and to y.
///
/// Shapes: [tokens, hidden], packed. A group of sequences is worked on by one thread.
/// Source: J. Devlin et al., "BERT", NAACL 2019 (normalisation after each sum); DistilBERT drops nothing of what attention
/// adds.
struct EncoderBlock {
  let configuration: EncoderConfiguration
  let number: Int
  let places: EncoderParameters.Block
  let parameters: UnsafePointer<Float>
  let dropout: EncoderDropout
  let blas: BLAS
  let kernels: VectorKernels

  /// A group of sequences, and where its rows begin in memory: its tokens' and probabilities' places in the batch, or the
  /// start of memory that only one group has at a time.
  struct Rows {
    let group: PackedTokens.Group
    let lengths: [Int]
    /// Tokens, and pairs of one head, before the group in memory.
    let firstToken: Int
    let firstPair: Int

    var count: Int { group.tokens.count }
  }

  private var size: Int { configuration.hiddenSize }
  private var headCount: Int { configuration.headCount }
  private var attention: SelfAttention {
    SelfAttention(headCount: headCount, headSize: configuration.headSize, blas: blas, kernels: kernels)
  }
  private var attentionMask: DropoutMask? {
    configuration.family == .distilBERT ? nil : dropout.mask(.attentionOutput(block: number))
  }

  /// Reads `kept.input`.
  ///
  /// - Parameter output: of the whole memory that `rows` lies in.
  func forward(
    _ rows: Rows, kept: BlockActivations, worker: EncoderWorkspace.Worker, into output: UnsafeMutablePointer<Float>
  ) {
    let offset = rows.firstToken * size
    let at = { (buffer: FloatBuffer) in buffer.start + offset }
    let input = at(kept.input)
    for (place, target) in [(places.query, kept.query), (places.key, kept.key), (places.value, kept.value)] {
      place.forward(input, rows: rows.count, parameters: parameters, into: at(target), blas: blas)
    }
    attention.forward(
      lengths: rows.lengths, query: at(kept.query), key: at(kept.key), value: at(kept.value),
      probabilities: kept.probabilities.start + rows.firstPair * headCount, context: at(kept.context),
      mask: dropout.mask(.probabilities(block: number)), firstPair: rows.group.pairs.lowerBound * headCount,
      scratch: worker.scratch.start)
    let sum = at(kept.attentionSum)
    places.attentionOutput.forward(at(kept.context), rows: rows.count, parameters: parameters, into: sum, blas: blas)
    drop(attentionMask, rows, sum)
    kernels.c.add(Int64(rows.count * size), sum, input, sum)
    normalize(sum, places.attentionNorm, rows, kept.attentionStatistics, into: at(kept.attended))

    let wide = kept.intermediate.start + rows.firstToken * configuration.intermediateSize
    places.intermediate.forward(at(kept.attended), rows: rows.count, parameters: parameters, into: wide, blas: blas)
    activate(wide, rows, into: worker.wide.start)
    let outputSum = at(kept.outputSum)
    places.output.forward(worker.wide.start, rows: rows.count, parameters: parameters, into: outputSum, blas: blas)
    drop(dropout.mask(.output(block: number)), rows, outputSum)
    kernels.c.add(Int64(rows.count * size), outputSum, at(kept.attended), outputSum)
    normalize(outputSum, places.outputNorm, rows, kept.outputStatistics, into: output + offset)
  }

  private func drop(_ mask: DropoutMask?, _ rows: Rows, _ values: UnsafeMutablePointer<Float>) {
    mask?.apply(first: rows.group.tokens.lowerBound * size, count: rows.count * size, to: values)
  }

  private func normalize(
    _ input: UnsafePointer<Float>, _ norm: EncoderParameters.Norm, _ rows: Rows, _ statistics: FloatBuffer,
    into output: UnsafeMutablePointer<Float>
  ) {
    kernels.c.row_norm(
      Int64(rows.count), Int64(size), configuration.layerNormEpsilon, input, parameters + norm.weight.offset,
      parameters + norm.bias.offset, output, statistics.start + 2 * rows.firstToken)
  }

  private func activate(_ input: UnsafePointer<Float>, _ rows: Rows, into output: UnsafeMutablePointer<Float>) {
    let count = Int64(rows.count * configuration.intermediateSize)
    switch configuration.activation {
    case .gelu: kernels.c.gelu(count, false, input, output)
    case .geluTanh: kernels.c.gelu(count, true, input, output)
    case .relu: kernels.c.relu(count, input, output)
    }
  }
}

/// The way back.
extension EncoderBlock {
  /// The gradients of one group: those of the matrices' outputs stay in `gradients`, for `parameterGradient`.
  ///
  /// - Parameters:
  ///   - kept: of the forward pass.
  ///   - gradients: `hidden` is by the block's output on entry, by its input on return.
  ///   - normSums: [2, hidden] of this group for the normalisation after attention, then for the last one: are
  ///     overwritten by the gradients of scale and shift.
  func backward(
    _ rows: Rows, kept: BlockActivations, gradients: BlockGradients, worker: EncoderWorkspace.Worker,
    normSums: [UnsafeMutablePointer<Float>]
  ) {
    let offset = rows.firstToken * size
    let at = { (buffer: FloatBuffer) in buffer.start + offset }
    let (gradient, count) = (at(gradients.hidden), rows.count * size)
    denormalize(
      at(kept.outputSum), gradient, places.outputNorm, rows, kept.outputStatistics, into: gradient, sums: normSums[1])
    // By what went round the two matrices, and by what they gave, which dropout thinned.
    at(gradients.output).update(from: gradient, count: count)
    drop(dropout.mask(.output(block: number)), rows, at(gradients.output))
    let wideOffset = rows.firstToken * configuration.intermediateSize
    let wide = gradients.intermediate.start + wideOffset
    places.output.inputGradient(
      at(gradients.output), rows: rows.count, parameters: parameters, into: wide, adding: false, blas: blas)
    let intermediate = kept.intermediate.start + wideOffset
    activate(intermediate, rows, into: gradients.activated.start + wideOffset)
    slope(intermediate, activated: gradients.activated.start + wideOffset, wide, rows)
    places.intermediate.inputGradient(
      wide, rows: rows.count, parameters: parameters, into: gradient, adding: true, blas: blas)

    denormalize(
      at(kept.attentionSum), gradient, places.attentionNorm, rows, kept.attentionStatistics, into: gradient,
      sums: normSums[0])
    at(gradients.attentionOutput).update(from: gradient, count: count)
    drop(attentionMask, rows, at(gradients.attentionOutput))
    places.attentionOutput.inputGradient(
      at(gradients.attentionOutput), rows: rows.count, parameters: parameters, into: at(gradients.context),
      adding: false, blas: blas)
    attention.backward(
      lengths: rows.lengths, query: at(kept.query), key: at(kept.key), value: at(kept.value),
      probabilities: kept.probabilities.start + rows.firstPair * headCount, dContext: at(gradients.context),
      mask: dropout.mask(.probabilities(block: number)), firstPair: rows.group.pairs.lowerBound * headCount,
      scratch: worker.scratch.start, dQuery: at(gradients.query), dKey: at(gradients.key),
      dValue: at(gradients.value))
    for (place, part) in [
      (places.query, gradients.query), (places.key, gradients.key), (places.value, gradients.value),
    ] {
      place.inputGradient(
        at(part), rows: rows.count, parameters: parameters, into: gradient, adding: true, blas: blas)
    }
  }

  private func denormalize(
    _ input: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ norm: EncoderParameters.Norm, _ rows: Rows,
    _ statistics: FloatBuffer, into dx: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>
  ) {
    sums.update(repeating: 0, count: 2 * size)
    kernels.c.row_norm_gradient(
      Int64(rows.count), Int64(size), input, dy, parameters + norm.weight.offset,
      statistics.start + 2 * rows.firstToken, dx, sums, sums + size)
  }

  private func slope(
    _ input: UnsafePointer<Float>, activated: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>,
    _ rows: Rows
  ) {
    let count = Int64(rows.count * configuration.intermediateSize)
    switch configuration.activation {
    case .gelu: kernels.c.gelu_gradient(count, false, input, gradient, gradient)
    case .geluTanh: kernels.c.gelu_gradient(count, true, input, gradient, gradient)
    case .relu: kernels.c.relu_gradient(count, activated, gradient, gradient)
    }
  }

  /// Parts of the parameters' gradient that can be computed side by side, once every group has been through `backward`.
  var gradientTaskCount: Int { places.affines.reduce(1) { $0 + $1.gradientTaskCount } }

  /// - Parameters:
  ///   - normSums: of all groups.
  ///   - sums: the gradient of all parameters; those of this task are overwritten.
  func parameterGradient(
    task: Int, tokenCount: Int, kept: BlockActivations, gradients: BlockGradients, normSums: [FloatBuffer],
    groupCount: Int, isTrained: [Bool], into sums: UnsafeMutablePointer<Float>
  ) {
    let operands = [
      (places.output, gradients.activated, gradients.output),
      (places.intermediate, kept.attended, gradients.intermediate), (places.query, kept.input, gradients.query),
      (places.key, kept.input, gradients.key), (places.value, kept.input, gradients.value),
      (places.attentionOutput, kept.context, gradients.attentionOutput),
    ]
    var task = task
    for (place, x, dy) in operands {
      guard task >= place.gradientTaskCount else {
        place.parameterGradient(
          task: task, x.start, dy.start, rows: tokenCount, isTrained: isTrained, into: sums, blas: blas)
        return
      }
      task -= place.gradientTaskCount
    }
    for (norm, parts) in zip([places.attentionNorm, places.outputNorm], normSums) {
      norm.add(parts, groupCount: groupCount, size: size, kernels, into: sums)
    }
  }
}

extension EncoderParameters.Norm {
  /// The sums over groups, in their order: [groups, 2, size], scale then shift.
  func add(
    _ parts: FloatBuffer, groupCount: Int, size: Int, _ kernels: VectorKernels,
    into sums: UnsafeMutablePointer<Float>
  ) {
    for (place, offset) in [(weight, 0), (bias, size)] {
      let target = sums + place.offset
      target.update(from: parts.start + offset, count: size)
      for group in 1..<max(1, groupCount) {
        kernels.c.add(Int64(size), target, parts.start + group * 2 * size + offset, target)
      }
    }
  }
}
