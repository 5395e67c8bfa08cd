/// The operations of a chain, and where each one's parameters and buffers lie in memory.
struct Network: Sendable {
  /// Where the state of one operation begins in `NetworkState`.
  struct Placement: Sendable {
    let parameterOffset: Int
    let parameterCount: Int
    let bufferOffset: Int
    /// Which batch counter the operation has, if any.
    let counter: Int?
  }

  let chain: LayerChain
  let placements: [Placement]
  let parameterCount: Int
  let bufferCount: Int
  let counterCount: Int

  var operations: [LayerOperation] { chain.operations }

  init(_ chain: LayerChain) {
    var placements: [Placement] = []
    var (parameterOffset, bufferOffset, counterCount) = (0, 0, 0)
    for operation in chain.operations {
      let parameters = (operation.layer?.parameters ?? []).reduce(0) { $0 + $1.elementCount }
      let buffers = operation.layer?.buffers ?? []
      let isCounting = buffers.contains { if case .batchCount = $0 { true } else { false } }
      placements.append(
        Placement(
          parameterOffset: parameterOffset, parameterCount: parameters, bufferOffset: bufferOffset,
          counter: isCounting ? counterCount : nil))
      parameterOffset += parameters
      bufferOffset += buffers.reduce(0) { $0 + $1.floatCount }
      counterCount += isCounting ? 1 : 0
    }
    self.chain = chain
    self.placements = placements
    parameterCount = parameterOffset
    bufferCount = bufferOffset
    self.counterCount = counterCount
  }

  /// Parameters whose gradient is kept for every shard.
  var slicedParameterCount: Int {
    zip(operations, placements).reduce(0) { $0 + ($1.0.takesWholeBatch ? 0 : $1.1.parameterCount) }
  }
}
