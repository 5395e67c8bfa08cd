import Tensors

/// An encoder of BERT's family as the first layer of a network: texts' tokens in, one vector for each text out.
///
/// The output is the last hidden state of the first token, or the mean over all tokens. Sequences are packed one after
/// the other: nothing is computed for padding. Groups of sequences go through all blocks side by side; on the way back
/// every block has two phases, the activations' gradients by groups, then the parameters' by rows of the matrices.
///
/// Shapes: x [N, 1 + 2 limit] (`ActivationShape.tokens`), y [N, hidden]. DType: f32, normalisations' sums in f64.
/// Determinism: groups, tasks and masks are functions of the batch alone, so threads change no bits; instruction sets and
/// OpenBLAS' cores differ in the last ones.
/// Source: as `EncoderConfiguration`. Checked by: EncoderTests, against transformers: hidden states, logits and every
/// gradient.
package struct Encoder: WholeBatchLayer {
  package static let typeName = "Encoder"

  let configuration: EncoderConfiguration
  let places: EncoderParameters
  private let blas: BLAS

  /// - Throws: `TrainerError.blasUnavailable`.
  package init(_ configuration: EncoderConfiguration) throws {
    self.configuration = configuration
    places = EncoderParameters(configuration)
    blas = try BLAS.load()
  }

  package init(arguments: inout LayerArguments) throws {
    throw TrainerError(.malformedNetwork, "an encoder is described by the config.json of a Hugging Face folder")
  }

  package var parameters: [LayerParameter] { places.all }
  package var integerInputs: Range<Int>? {
    0..<max(configuration.vocabularySize, configuration.typeCount, configuration.maximumTokenCount + 1)
  }
  package var isRandom: Bool { configuration.hiddenDropout > 0 || configuration.attentionDropout > 0 }

  package func outputShape(for input: ActivationShape) throws(ShapeRefusal) -> ActivationShape {
    guard case .tokens(configuration.maximumTokenCount) = input else {
      throw ShapeRefusal(reason: "it takes texts of up to \(configuration.maximumTokenCount) tokens")
    }
    return .features(configuration.hiddenSize)
  }

  package func takesWholeBatch(_ input: ActivationShape) -> Bool { true }
  package func makeWorkspace() -> (any LayerWorkspace)? { EncoderWorkspace(configuration) }
  package func arrangedCount(for input: ActivationShape, sampleCount: Int) -> Int { 0 }
  package func taskTemporaryCount(for input: ActivationShape, sampleCount: Int) -> Int { 0 }
  package func arrange(
    _ input: UnsafePointer<Float>, sampleCount: Int, firstSample: Int, _ pass: WholeForwardPass
  ) {}
  package func forward(_ pass: ForwardPass) { preconditionFailure("an encoder takes whole batches") }
  package func backward(_ pass: BackwardPass) { preconditionFailure("an encoder takes whole batches") }

  private var size: Int { configuration.hiddenSize }

  private func block(
    _ number: Int, _ parameters: UnsafePointer<Float>, _ dropout: EncoderDropout, _ kernels: VectorKernels
  ) -> EncoderBlock {
    EncoderBlock(
      configuration: configuration, number: number, places: places.blocks[number], parameters: parameters,
      dropout: dropout, blas: blas, kernels: kernels)
  }

  private func rows(_ group: PackedTokens.Group, of tokens: PackedTokens, isAlone: Bool) -> EncoderBlock.Rows {
    EncoderBlock.Rows(
      group: group, lengths: group.sequences.map(tokens.length), firstToken: isAlone ? 0 : group.tokens.lowerBound,
      firstPair: isAlone ? 0 : group.pairs.lowerBound)
  }
}

/// Forward.
extension Encoder {
  package var forwardTaskCount: Int { 1 }

  package func forward(task: Int, _ pass: WholeForwardPass) {
    guard let workspace = pass.workspace as? EncoderWorkspace else { return }
    let tokens = PackedTokens(
      rows: pass.input, sequenceCount: pass.sampleCount, limit: configuration.maximumTokenCount,
      vocabularySize: configuration.vocabularySize, typeCount: configuration.typeCount)
    workspace.prepare(tokens, isTraining: pass.isTraining, threadCount: pass.work.threadCount)
    nonisolated(unsafe) let (parameters, output) = (pass.parameters, pass.output)
    let dropout = EncoderDropout(configuration, random: pass.random)
    let (isTraining, kernels) = (pass.isTraining, pass.kernels)
    pass.work.run(shardCount: workspace.groups.count) { worker, index in
      let rows = rows(workspace.groups[index], of: tokens, isAlone: !isTraining)
      let memory = workspace.workers[worker]
      if isTraining {
        trainForward(rows, workspace, memory, parameters, dropout, kernels)
        pool(rows, tokens, workspace.hidden.start, into: output)
      } else if let kept = memory.block, let hidden = memory.output {
        evaluate(rows, tokens, kept, hidden, memory, parameters, kernels)
        pool(rows, tokens, hidden.start, into: output)
      }
    }
  }

  private func trainForward(
    _ rows: EncoderBlock.Rows, _ workspace: EncoderWorkspace, _ memory: EncoderWorkspace.Worker,
    _ parameters: UnsafePointer<Float>, _ dropout: EncoderDropout, _ kernels: VectorKernels
  ) {
    let blocks = workspace.blocks
    let outputs = blocks.dropFirst().map(\.input) + [workspace.hidden]
    embed(
      rows, workspace.tokens, parameters, sum: workspace.embedded, statistics: workspace.embeddingStatistics,
      into: blocks[0].input, kernels)
    dropout.mask(.embeddings)?.apply(
      first: rows.firstToken * size, count: rows.count * size, to: blocks[0].input.start + rows.firstToken * size)
    for (number, kept) in blocks.enumerated() {
      block(number, parameters, dropout, kernels).forward(
        rows, kept: kept, worker: memory, into: outputs[number].start)
    }
  }

  private func evaluate(
    _ rows: EncoderBlock.Rows, _ tokens: PackedTokens, _ kept: BlockActivations, _ hidden: FloatBuffer,
    _ memory: EncoderWorkspace.Worker, _ parameters: UnsafePointer<Float>, _ kernels: VectorKernels
  ) {
    let none = EncoderDropout(configuration, random: nil)
    embed(
      rows, tokens, parameters, sum: kept.outputSum, statistics: kept.outputStatistics, into: kept.input, kernels)
    for number in 0..<configuration.layerCount {
      if number > 0 { kept.input.start.update(from: hidden.start, count: rows.count * size) }
      block(number, parameters, none, kernels).forward(rows, kept: kept, worker: memory, into: hidden.start)
    }
  }

  private func embed(
    _ rows: EncoderBlock.Rows, _ tokens: PackedTokens, _ parameters: UnsafePointer<Float>, sum: FloatBuffer,
    statistics: FloatBuffer, into output: FloatBuffer, _ kernels: VectorKernels
  ) {
    var target = sum.start + rows.firstToken * size
    for sequence in rows.group.sequences {
      for place in tokens.starts[sequence]..<tokens.starts[sequence + 1] {
        let tables = tableRows(tokens, place, sequence)
        kernels.c.add(Int64(size), parameters + tables.word, parameters + tables.position, target)
        if let type = tables.type { kernels.c.add(Int64(size), target, parameters + type, target) }
        target += size
      }
    }
    kernels.c.row_norm(
      Int64(rows.count), Int64(size), configuration.layerNormEpsilon, sum.start + rows.firstToken * size,
      parameters + places.embeddingNorm.weight.offset, parameters + places.embeddingNorm.bias.offset,
      output.start + rows.firstToken * size, statistics.start + 2 * rows.firstToken)
  }

  /// Where the rows of the tables stand whose sum is the embedding of a token.
  private func tableRows(
    _ tokens: PackedTokens, _ place: Int, _ sequence: Int
  ) -> (word: Int, position: Int, type: Int?) {
    let position = configuration.firstPosition + place - tokens.starts[sequence]
    return (
      places.words.offset + Int(tokens.ids[place]) * size, places.positions.offset + position * size,
      places.types.map { $0.offset + Int(tokens.typeIDs[place]) * size }
    )
  }

  /// - Parameter hidden: of the memory that `rows` lies in.
  private func pool(
    _ rows: EncoderBlock.Rows, _ tokens: PackedTokens, _ hidden: UnsafePointer<Float>,
    into output: UnsafeMutablePointer<Float>
  ) {
    var first = hidden + rows.firstToken * size
    for sequence in rows.group.sequences {
      let (length, target) = (tokens.length(sequence), output + sequence * size)
      switch configuration.pooling {
      case .firstToken: target.update(from: first, count: size)
      case .mean:
        for index in 0..<size {
          var sum = 0.0
          for place in 0..<length { sum += Double(first[place * size + index]) }
          target[index] = Float(sum / Double(length))
        }
      }
      first += length * size
    }
  }

  /// What comes out of the embeddings and of every block, in evaluation: [layers + 1] of [tokens, hidden].
  ///
  /// Shapes: sequences [N] of ids and types.
  package func hiddenStates(
    _ sequences: [TokenSequence], parameters: [Float], threadCount: Int, kernels: VectorKernels = .best
  ) -> [[Float]] {
    precondition(parameters.count == places.all.reduce(0) { $0 + $1.elementCount })
    let limit = configuration.maximumTokenCount
    let input = FloatBuffer(count: sequences.count * (1 + 2 * limit))
    for (row, sequence) in sequences.enumerated() {
      sequence.write(to: input.start + row * (1 + 2 * limit), limit: limit)
    }
    let (values, output) = (FloatBuffer(parameters), FloatBuffer(count: sequences.count * size))
    let workspace = EncoderWorkspace(configuration)
    defer { withExtendedLifetime((input, values, output)) {} }
    forward(
      task: 0,
      WholeForwardPass(
        sampleCount: sequences.count, inputShape: .tokens(limit: limit), input: input.start, output: output.start,
        parameters: values.start, arranged: input.start, temporary: input.start, workspace: workspace,
        isTraining: true, random: nil, work: ShardedWork(threadCount: threadCount), kernels: kernels))
    let count = workspace.tokens.tokenCount * size
    return (workspace.blocks.map(\.input) + [workspace.hidden]).map { Array($0.elements.prefix(count)) }
  }
}

/// Backward.
extension Encoder {
  package func backwardTaskCount(_ pass: WholeBackwardPass) -> Int { 1 }

  package func backward(task: Int, _ pass: WholeBackwardPass) {
    guard let workspace = pass.workspace as? EncoderWorkspace, let sums = pass.parameterGradient else { return }
    let trained = pass.isTrained
    let lowest = places.blocks.firstIndex { $0.numbers.contains { trained[$0] } } ?? places.blocks.count
    let trainsTables = trained[..<(places.blocks.first?.numbers.lowerBound ?? trained.count)].contains(true)
    unpool(pass.outputGradient, workspace)
    for number in ((trainsTables ? 0 : lowest)..<places.blocks.count).reversed() {
      backward(block: number, pass, workspace, sums)
    }
    if trainsTables { embeddingGradient(pass, workspace, sums) }
  }

  private func unpool(_ outputGradient: UnsafePointer<Float>, _ workspace: EncoderWorkspace) {
    let (tokens, gradient) = (workspace.tokens, workspace.gradients.hidden.start)
    gradient.update(repeating: 0, count: tokens.tokenCount * size)
    for sequence in 0..<tokens.sequenceCount {
      let (source, length) = (outputGradient + sequence * size, tokens.length(sequence))
      let target = gradient + tokens.starts[sequence] * size
      switch configuration.pooling {
      case .firstToken: target.update(from: source, count: size)
      case .mean:
        for place in 0..<length {
          for index in 0..<size { target[place * size + index] = source[index] / Float(length) }
        }
      }
    }
  }

  private func backward(
    block number: Int, _ pass: WholeBackwardPass, _ workspace: EncoderWorkspace,
    _ gradientSums: UnsafeMutablePointer<Float>
  ) {
    nonisolated(unsafe) let block = block(
      number, pass.parameters, EncoderDropout(configuration, random: pass.random), pass.kernels)
    nonisolated(unsafe) let sums = gradientSums
    let (kept, tokens, isTrained) = (workspace.blocks[number], workspace.tokens, pass.isTrained)
    pass.work.run(shardCount: workspace.groups.count) { worker, index in
      block.backward(
        rows(workspace.groups[index], of: tokens, isAlone: false), kept: kept, gradients: workspace.gradients,
        worker: workspace.workers[worker], normSums: workspace.normSums.map { $0.start + index * 2 * size })
    }
    guard block.places.numbers.contains(where: { isTrained[$0] }) else { return }
    pass.work.run(shardCount: block.gradientTaskCount) { _, task in
      block.parameterGradient(
        task: task, tokenCount: tokens.tokenCount, kept: kept, gradients: workspace.gradients,
        normSums: workspace.normSums, groupCount: workspace.groups.count, isTrained: isTrained, into: sums)
    }
  }

  /// Columns of the tables whose gradient is one task.
  private static let taskColumnCount = 64

  private func embeddingGradient(
    _ pass: WholeBackwardPass, _ workspace: EncoderWorkspace, _ gradientSums: UnsafeMutablePointer<Float>
  ) {
    nonisolated(unsafe) let (parameters, sums) = (pass.parameters, gradientSums)
    let (tokens, kernels, gradient) = (workspace.tokens, pass.kernels, workspace.gradients.hidden)
    let mask = EncoderDropout(configuration, random: pass.random).mask(.embeddings)
    pass.work.run(shardCount: workspace.groups.count) { _, index in
      let rows = workspace.groups[index].tokens
      let (first, part) = (rows.lowerBound * size, workspace.normSums[0].start + index * 2 * size)
      mask?.apply(first: first, count: rows.count * size, to: gradient.start + first)
      part.update(repeating: 0, count: 2 * size)
      kernels.c.row_norm_gradient(
        Int64(rows.count), Int64(size), workspace.embedded.start + first, gradient.start + first,
        parameters + places.embeddingNorm.weight.offset, workspace.embeddingStatistics.start + 2 * rows.lowerBound,
        gradient.start + first, part, part + size)
    }
    places.embeddingNorm.add(
      workspace.normSums[0], groupCount: workspace.groups.count, size: size, kernels, into: sums)
    let tables = [places.words, places.positions] + (places.types.map { [$0] } ?? [])
    for table in tables where pass.isTrained[table.number] {
      clear(sums + table.offset, count: places.all[table.number].elementCount, pass.work)
    }
    let taskCount = (size + Self.taskColumnCount - 1) / Self.taskColumnCount
    let isTrained = pass.isTrained
    pass.work.run(shardCount: taskCount) { _, task in
      let column = task * Self.taskColumnCount
      let count = Int64(min(Self.taskColumnCount, size - column))
      for sequence in 0..<tokens.sequenceCount {
        for place in tokens.starts[sequence]..<tokens.starts[sequence + 1] {
          let row = tableRows(tokens, place, sequence)
          for (table, offset) in zip(tables, [row.word, row.position, row.type ?? 0]) where isTrained[table.number] {
            let target = sums + offset + column
            kernels.c.add(count, target, gradient.start + place * size + column, target)
          }
        }
      }
    }
  }

  private func clear(_ values: UnsafeMutablePointer<Float>, count: Int, _ work: ShardedWork) {
    nonisolated(unsafe) let values = values
    let part = 1 << 20
    work.run(shardCount: (count + part - 1) / part) { _, index in
      (values + index * part).update(repeating: 0, count: min(part, count - index * part))
    }
  }
}
