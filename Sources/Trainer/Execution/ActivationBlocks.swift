/// The blocks of a network's values and of what its layers save, and how long each is needed.
struct ActivationBlocks {
  private let network: Network
  /// Whether each operation runs backward.
  private let runsBackward: [Bool]
  private(set) var blocks: [MemoryBlock] = []
  private(set) var values: [Int] = []
  private(set) var saved: [Int] = []

  init(_ network: Network, isTrained: [Bool]?) {
    self.network = network
    runsBackward =
      isTrained.map { BackwardSchedule.runsBackward(network, isTrained: $0) }
      ?? network.operations.map { _ in false }
  }

  mutating func placeValues() {
    let operations = network.operations
    let count = operations.count
    var readers = Array(repeating: [Int](), count: count + 1)
    for (index, operation) in operations.enumerated() {
      for input in operation.inputs { readers[input].append(index) }
    }
    values = [add(network.chain.input.elementCount, at: 0)]
    for (index, operation) in operations.enumerated() {
      let input = operation.inputs[0]
      let isInPlace = readers[input].count == 1 && mayOverwrite(input, by: index)
      values.append(isInPlace ? values[input] : add(operation.outputShape.elementCount, at: index))
      for value in operation.inputs { blocks[values[value]].use(at: index) }
      blocks[values[index + 1]].use(at: index)
      let needsOutput = operation.layer?.needsOutputForBackward ?? false
      let needsInput = operation.layer?.needsInputForBackward ?? false
      if runsBackward[index] {
        if needsInput { blocks[values[input]].use(at: 2 * count - index) }
        if needsOutput { blocks[values[index + 1]].use(at: 2 * count - index) }
      }
      saved.append(add(operation.layer?.savedCount(for: operation.inputShape) ?? 0, at: index))
      if runsBackward[index] { blocks[saved[index]].use(at: 2 * count - index) }
    }
    for (index, operation) in operations.enumerated() where operation.takesWholeBatch {
      blocks[values[index + 1]].holdsWholeBatch = true
      for value in operation.inputs { blocks[values[value]].holdsWholeBatch = true }
    }
    // The loss reads the output and the last operation's input.
    for value in [count, operations.last?.inputs[0] ?? 0] { blocks[values[value]].use(at: count) }
  }

  private mutating func add(_ elementCount: Int, at time: Int) -> Int {
    blocks.append(MemoryBlock(elementCount: elementCount, time: time))
    return blocks.count - 1
  }

  /// Whether an operation may write its output over its only, or first, input.
  private func mayOverwrite(_ value: Int, by index: Int) -> Bool {
    let isFeatures = index == network.operations.count - 1
    let runsInPlace = network.operations[index].layer?.runsInPlace ?? true
    let isNeeded = value > 0 && runsBackward[value - 1] && producerNeedsOutput(value)
    return runsInPlace && !isNeeded && !isFeatures
  }

  private func producerNeedsOutput(_ value: Int) -> Bool {
    network.operations[value - 1].layer?.needsOutputForBackward ?? false
  }
}
