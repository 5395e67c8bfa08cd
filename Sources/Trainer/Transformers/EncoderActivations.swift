/// What one pass of an encoder keeps of one block for the way back.
struct BlockActivations {
  /// [tokens, hidden]: what came in.
  let input: FloatBuffer
  let query: FloatBuffer
  let key: FloatBuffer
  let value: FloatBuffer
  /// [Σ heads · length²].
  let probabilities: FloatBuffer
  let context: FloatBuffer
  /// Before and after the normalisation that follows attention, with its means and inverse deviations, [tokens, 2].
  let attentionSum: FloatBuffer
  let attentionStatistics: FloatBuffer
  let attended: FloatBuffer
  /// [tokens, intermediate]: before and after the activation.
  let intermediate: FloatBuffer
  let activated: FloatBuffer
  let outputSum: FloatBuffer
  let outputStatistics: FloatBuffer

  init(_ configuration: EncoderConfiguration, tokens: PackedTokens) {
    let hidden = { FloatBuffer(count: tokens.tokenCount * configuration.hiddenSize) }
    let statistics = { FloatBuffer(count: 2 * tokens.tokenCount) }
    let wide = { FloatBuffer(count: tokens.tokenCount * configuration.intermediateSize) }
    input = hidden()
    query = hidden()
    key = hidden()
    value = hidden()
    probabilities = FloatBuffer(count: configuration.headCount * tokens.pairCount)
    context = hidden()
    attentionSum = hidden()
    attentionStatistics = statistics()
    attended = hidden()
    intermediate = wide()
    activated = wide()
    outputSum = hidden()
    outputStatistics = statistics()
  }
}
