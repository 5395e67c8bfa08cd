import Tensors
import Testing
import Trainer

struct StateDictTests {
  @Test func validationNamesTheFirstFault() throws {
    let network = try Samples.network()
    let weights = try network.initialStateDict(seed: 0)
    try weights.validate(for: network)

    expectTrainerError(.missingParameter, "\"conv2.bias\"", "[6]") {
      try weights.filtered(names: weights.names.filter { $0 != "conv2.bias" }).validate(for: network)
    }
    expectTrainerError(.unexpectedParameter, "\"extra\"") {
      var more = weights
      try more.set("extra", shape: [1], values: [0])
      try more.validate(for: network)
    }
    expectTrainerError(.wrongParameterShape, "\"head.weight\"", "[24, 3]", "[3, 24]") {
      var other = weights
      try other.set("head.weight", shape: [24, 3], values: Array(repeating: 0, count: 72))
      try other.validate(for: network)
    }
    expectTrainerError(.wrongParameterShape, "\"a\" has 3 values") {
      var other = weights
      try other.set("a", shape: [2, 2], values: [1, 2, 3])
    }
  }

  @Test func freshParametersFollowPyTorch() throws {
    let network = try Samples.network()
    let uniform = try network.initialStateDict(seed: 3)
    for (name, bound) in [("conv2.weight", 1 / Float(36).squareRoot()), ("head.bias", 1 / Float(24).squareRoot())] {
      let values = try #require(uniform[name]).values
      let largest = values.reduce(0) { max($0, abs($1)) }
      #expect(largest <= bound && largest > bound / 2)
    }
    let normal = try network.initialStateDict(seed: 3, .kaimingNormal)
    #expect(try #require(normal["conv1.bias"]).values == [0, 0, 0, 0])
    let values = try #require(normal["conv2.weight"]).values
    let variance = values.reduce(0) { $0 + $1 * $1 } / Float(values.count)
    #expect(abs(variance / (2 / 36) - 1) < 0.3)
  }

  @Test func aHeadIsTheSameWhateverElseIsDrawn() throws {
    let network = try Samples.network()
    let whole = try network.initialStateDict(seed: 9)
    let head = try network.initialHead(seed: 9)
    #expect(head.names == ["head.weight", "head.bias"])
    #expect(head == whole.filtered(names: head.names))
    let expected = CounterRandom(seed: 9, stream: "head.weight")
    let first = Float((2 * expected.uniform(at: 0) - 1) / 24.0.squareRoot())
    #expect(try #require(head["head.weight"]).values[0] == first)
  }
}
