/// The backward pass of a network as steps, with the blocks of all gradients.
struct BackwardSchedule {
  private let network: Network
  private let isTrained: [Bool]
  /// Whether something at or below each value is trained, so that its gradient is wanted.
  private let isWanted: [Bool]
  private let firstBlock: Int
  private(set) var blocks: [MemoryBlock] = []
  private(set) var steps: [MemoryPlan.BackwardStep] = []
  private(set) var featureGradient: Int?
  private(set) var outputGradient: Int?
  /// Where the gradient of each value is, while it is known and not yet used up. Several values may share a block.
  private var gradients: [Int?]

  init(_ network: Network, isTrained: [Bool], firstBlock: Int) {
    self.network = network
    self.isTrained = isTrained
    self.firstBlock = firstBlock
    isWanted = Self.isWanted(network, isTrained: isTrained)
    gradients = Array(repeating: nil, count: network.operations.count + 1)
  }

  /// Whether something at or below each value is trained.
  private static func isWanted(_ network: Network, isTrained: [Bool]) -> [Bool] {
    var wanted = [false]
    for (index, operation) in network.operations.enumerated() {
      wanted.append(isTrained[index] || operation.inputs.contains { wanted[$0] })
    }
    return wanted
  }

  /// Whether each operation has anything to do in the backward pass.
  static func runsBackward(_ network: Network, isTrained: [Bool]) -> [Bool] {
    Array(isWanted(network, isTrained: isTrained).dropFirst())
  }

  mutating func run(featuresHaveGradient: Bool) {
    let count = network.operations.count
    outputGradient = add(network.chain.output.elementCount, at: count)
    guard count > 0, isWanted[count] else { return }
    gradients[count] = outputGradient
    let features = network.operations[count - 1].inputs[0]
    if featuresHaveGradient, isWanted[features] {
      featureGradient = add(elementCount(of: features), at: count)
      gradients[features] = featureGradient
    }
    for index in (0..<count).reversed() {
      guard let gradient = gradients[index + 1] else { continue }
      use(gradient, at: 2 * count - index)
      if let layer = network.operations[index].layer {
        append(index, layer, outputGradient: gradient)
      } else {
        appendSum(index, outputGradient: gradient)
      }
      gradients[index + 1] = nil
    }
  }

  private mutating func append(_ index: Int, _ layer: any Layer, outputGradient: Int) {
    let time = 2 * network.operations.count - index
    let input = network.operations[index].inputs[0]
    var inputGradient: Int?
    var additions: [MemoryPlan.Addition] = []
    if isWanted[input] {
      if let existing = gradients[input] {
        let fresh = add(elementCount(of: input), at: time)
        let result =
          isShared(existing, otherThan: [input, index + 1]) ? add(elementCount(of: input), at: time) : existing
        use(existing, at: time)
        additions = [addition(result, existing, fresh, of: input)]
        (inputGradient, gradients[input]) = (fresh, result)
      } else {
        let isInPlace = layer.runsInPlace && !isShared(outputGradient, otherThan: [index + 1])
        inputGradient = isInPlace ? outputGradient : add(elementCount(of: input), at: time)
        gradients[input] = inputGradient
      }
    }
    if network.operations[index].takesWholeBatch {
      for block in [outputGradient, inputGradient].compactMap({ $0 }) {
        blocks[block - firstBlock].holdsWholeBatch = true
      }
    }
    steps.append(
      MemoryPlan.BackwardStep(
        operation: index, outputGradient: outputGradient, inputGradient: inputGradient,
        trainsParameters: isTrained[index], additions: additions))
  }

  /// The gradient of a sum is the gradient of both its terms.
  private mutating func appendSum(_ index: Int, outputGradient: Int) {
    let time = 2 * network.operations.count - index
    var additions: [MemoryPlan.Addition] = []
    for input in network.operations[index].inputs where isWanted[input] {
      guard let existing = gradients[input] else {
        gradients[input] = outputGradient
        continue
      }
      let result = isShared(existing, otherThan: [input]) ? add(elementCount(of: input), at: time) : existing
      use(existing, at: time)
      additions.append(addition(result, existing, outputGradient, of: input))
      gradients[input] = result
    }
    steps.append(
      MemoryPlan.BackwardStep(
        operation: index, outputGradient: outputGradient, inputGradient: nil, trainsParameters: false,
        additions: additions))
  }

  private func addition(_ result: Int, _ first: Int, _ second: Int, of value: Int) -> MemoryPlan.Addition {
    MemoryPlan.Addition(result: result, first: first, second: second, elementCount: elementCount(of: value))
  }

  /// Whether the block is the gradient of a value other than these.
  private func isShared(_ block: Int, otherThan values: [Int]) -> Bool {
    gradients.indices.contains { gradients[$0] == block && !values.contains($0) }
  }

  private func elementCount(of value: Int) -> Int {
    value == 0 ? network.chain.input.elementCount : network.operations[value - 1].outputShape.elementCount
  }

  private mutating func add(_ elementCount: Int, at time: Int) -> Int {
    blocks.append(MemoryBlock(elementCount: elementCount, time: time))
    return firstBlock + blocks.count - 1
  }

  private mutating func use(_ block: Int, at time: Int) {
    blocks[block - firstBlock].use(at: time)
  }
}
