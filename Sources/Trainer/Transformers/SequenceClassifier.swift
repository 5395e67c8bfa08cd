import Glibc

/// An encoder of BERT's family with a classifier on its first token, as transformers' `…ForSequenceClassification`.
///
/// With h the last hidden state of the first token: BERT has logits = C tanh(P h), RoBERTa the same under other names,
/// DistilBERT logits = C max(0, P h), each with biases.
/// - DType: f32. Determinism: one thread, fixed order; OpenBLAS' kernels differ in the last bits between processors.
/// - Source: as `EncoderConfiguration`. Checked by: SequenceClassifierTests, against transformers: hidden states, logits
///   and every gradient.
package struct SequenceClassifier: Sendable {
  package let configuration: EncoderConfiguration
  package let classCount: Int
  package let parameters: EncoderParameters

  /// - Throws: `TrainerError.blasUnavailable`.
  package init(_ configuration: EncoderConfiguration, classCount: Int) throws {
    precondition(classCount > 0)
    _ = try BLAS.load()
    self.configuration = configuration
    self.classCount = classCount
    parameters = EncoderParameters(configuration, classCount: classCount)
  }

  /// What a forward pass leaves for the way back.
  package final class Pass {
    let tokens: PackedTokens
    let embedded: FloatBuffer
    let embeddingStatistics: FloatBuffer
    let blocks: [BlockActivations]
    /// [tokens, hidden].
    let hidden: FloatBuffer
    /// [sequences, hidden]: of first tokens, and after the layer before the classifier.
    let first: FloatBuffer
    let pooled: FloatBuffer
    /// [sequences, classes], row by row.
    package fileprivate(set) var logits: [Float]

    fileprivate init(_ model: SequenceClassifier, _ tokens: PackedTokens) {
      let size = model.configuration.hiddenSize
      self.tokens = tokens
      embedded = FloatBuffer(count: tokens.tokenCount * size)
      embeddingStatistics = FloatBuffer(count: 2 * tokens.tokenCount)
      blocks = (0..<model.configuration.layerCount).map { _ in BlockActivations(model.configuration, tokens: tokens) }
      hidden = FloatBuffer(count: tokens.tokenCount * size)
      first = FloatBuffer(count: tokens.sequenceCount * size)
      pooled = FloatBuffer(count: tokens.sequenceCount * size)
      logits = Array(repeating: 0, count: tokens.sequenceCount * model.classCount)
    }

    /// What comes out of block `index` − 1, the embeddings for 0: [tokens, hidden], row by row.
    package func hiddenState(_ index: Int) -> [Float] {
      index < blocks.count ? blocks[index].input.values : hidden.values
    }
  }

  /// - Parameter weights: as `parameters` says.
  package func forward(_ tokens: PackedTokens, weights: [Float]) -> Pass {
    precondition(weights.count == parameters.elementCount)
    let pass = Pass(self, tokens)
    weights.withUnsafeBufferPointer { buffer in
      guard let weights = buffer.baseAddress else { return }
      embed(tokens, weights, pass)
      for (index, places) in parameters.blocks.enumerated() {
        EncoderBlock(configuration: configuration, places: places).forward(
          tokens, parameters: weights, kept: pass.blocks[index],
          into: index + 1 < pass.blocks.count ? pass.blocks[index + 1].input : pass.hidden)
      }
      classify(weights, pass)
    }
    return pass
  }

  private func embed(_ tokens: PackedTokens, _ weights: UnsafePointer<Float>, _ pass: Pass) {
    let size = configuration.hiddenSize
    for sequence in 0..<tokens.sequenceCount {
      for place in tokens.starts[sequence]..<tokens.starts[sequence + 1] {
        let row = pass.embedded.start + place * size
        let rows = tableRows(tokens, place, sequence)
        for index in 0..<size {
          row[index] = rows.reduce(0) { $0 + weights[$1 + index] }
        }
      }
    }
    let output = pass.blocks.first?.input ?? pass.hidden
    RowNormalization.forward(
      pass.embedded.start, rows: tokens.tokenCount, size: size, scale: weights + parameters.embeddingNorm.weight,
      shift: weights + parameters.embeddingNorm.bias, epsilon: configuration.layerNormEpsilon, into: output.start,
      statistics: pass.embeddingStatistics.start)
  }

  /// Where the rows of the tables stand whose sum is the embedding of a token.
  private func tableRows(_ tokens: PackedTokens, _ place: Int, _ sequence: Int) -> [Int] {
    let size = configuration.hiddenSize
    let position = configuration.firstPosition + place - tokens.starts[sequence]
    let rows = [parameters.words + Int(tokens.ids[place]) * size, parameters.positions + position * size]
    return rows + (parameters.types.map { [$0 + Int(tokens.typeIDs[place]) * size] } ?? [])
  }

  private func classify(_ weights: UnsafePointer<Float>, _ pass: Pass) {
    let size = configuration.hiddenSize
    let count = pass.tokens.sequenceCount
    for sequence in 0..<count {
      (pass.first.start + sequence * size).update(
        from: pass.hidden.start + pass.tokens.starts[sequence] * size, count: size)
    }
    parameters.pooler.forward(pass.first.start, rows: count, parameters: weights, into: pass.pooled.start)
    for index in 0..<pass.pooled.count { pass.pooled.start[index] = pooled(pass.pooled.start[index]) }
    pass.logits.withUnsafeMutableBufferPointer { logits in
      guard let logits = logits.baseAddress else { return }
      parameters.classifier.forward(pass.pooled.start, rows: count, parameters: weights, into: logits)
    }
  }

  private func pooled(_ value: Float) -> Float { configuration.family == .distilBERT ? max(0, value) : tanhf(value) }

  /// Adds to the gradient by every parameter.
  ///
  /// - Parameter logitGradient: [sequences, classes], row by row.
  package func backward(_ pass: Pass, logitGradient: [Float], weights: [Float], gradient: inout [Float]) {
    precondition(weights.count == parameters.elementCount && gradient.count == parameters.elementCount)
    precondition(logitGradient.count == pass.logits.count)
    weights.withUnsafeBufferPointer { weights in
      gradient.withUnsafeMutableBufferPointer { sums in
        guard let weights = weights.baseAddress, let sums = sums.baseAddress else { return }
        let gradient = headGradient(pass, logitGradient, weights, sums)
        let scratch = EncoderScratch(configuration, tokens: pass.tokens)
        for (index, places) in parameters.blocks.enumerated().reversed() {
          EncoderBlock(configuration: configuration, places: places).backward(
            pass.tokens, parameters: weights, kept: pass.blocks[index], gradient: gradient, scratch: scratch,
            sums: sums)
        }
        addEmbeddingGradient(pass, gradient, weights, sums)
      }
    }
  }

  /// - Returns: the gradient by the last hidden state, [tokens, hidden]: 0 but for first tokens.
  private func headGradient(
    _ pass: Pass, _ logitGradient: [Float], _ weights: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>
  ) -> FloatBuffer {
    let size = configuration.hiddenSize
    let count = pass.tokens.sequenceCount
    let (pooled, first) = (FloatBuffer(count: count * size), FloatBuffer(count: count * size))
    let logits = FloatBuffer(logitGradient)
    defer { withExtendedLifetime((pooled, first, logits)) {} }
    parameters.classifier.backward(
      pass.pooled.start, logits.start, rows: count, parameters: weights, gradient: sums, into: pooled.start,
      adding: false)
    for index in 0..<pooled.count {
      let value = pass.pooled.start[index]
      pooled.start[index] *= configuration.family == .distilBERT ? (value > 0 ? 1 : 0) : 1 - value * value
    }
    parameters.pooler.backward(
      pass.first.start, pooled.start, rows: count, parameters: weights, gradient: sums, into: first.start, adding: false
    )
    let gradient = FloatBuffer(count: pass.hidden.count)
    for sequence in 0..<count {
      (gradient.start + pass.tokens.starts[sequence] * size).update(from: first.start + sequence * size, count: size)
    }
    return gradient
  }

  private func addEmbeddingGradient(
    _ pass: Pass, _ gradient: FloatBuffer, _ weights: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>
  ) {
    let size = configuration.hiddenSize
    RowNormalization.backward(
      pass.embedded.start, gradient.start, rows: pass.tokens.tokenCount, size: size,
      scale: weights + parameters.embeddingNorm.weight, statistics: pass.embeddingStatistics.start,
      into: gradient.start, dScale: sums + parameters.embeddingNorm.weight, dShift: sums + parameters.embeddingNorm.bias
    )
    for sequence in 0..<pass.tokens.sequenceCount {
      for place in pass.tokens.starts[sequence]..<pass.tokens.starts[sequence + 1] {
        for row in tableRows(pass.tokens, place, sequence) {
          for index in 0..<size { sums[row + index] += gradient.start[place * size + index] }
        }
      }
    }
  }
}
