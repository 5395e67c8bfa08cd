import Merging
import Tensors
import Testing

/// Git Re-Basin's weight matching.
struct AlignmentTests {
  private let layers: [PermutationSpec.Layer] = [
    .convolution(name: "conv", hasBias: true), .normalization(name: "norm"), .flatten(pixelCount: 4),
    .linear(name: "hidden", hasBias: true), .linear(name: "head", hasBias: true),
  ]
  private let shapes: [String: [Int]] = [
    "conv.weight": [6, 3, 3, 3], "conv.bias": [6], "norm.weight": [6], "norm.bias": [6], "norm.running_mean": [6],
    "norm.running_var": [6], "hidden.weight": [9, 24], "hidden.bias": [9], "head.weight": [4, 9], "head.bias": [4],
  ]

  private func network(seed: UInt64) throws -> [String: any TensorReader] {
    try shapes.reduce(into: [:]) { network, entry in
      let random = CounterRandom(seed: seed, stream: entry.key)
      let count = entry.value.reduce(1, *)
      network[entry.key] = try Model((0..<count).map { random.normal(at: UInt64($0)) }).tensor(entry.value)
    }
  }

  private func values(_ reader: any TensorReader) throws -> [Double] {
    var bytes = [UInt8](repeating: 0, count: reader.shape.elementCount * 4)
    try bytes.withUnsafeMutableBytes { try reader.read(elements: 0..<reader.shape.elementCount, into: $0) }
    return try FloatConversion.doubles(bytes, as: reader.dtype)
  }

  @Test func whatFollowsALayerMovesWithIt() {
    let spec = PermutationSpec(sequential: layers)
    #expect(spec.permutations == ["conv", "hidden"])
    #expect(spec.axes["conv.weight"]?.map(\.permutation) == ["conv", nil, nil, nil])
    #expect(spec.axes["norm.running_var"]?.map(\.permutation) == ["conv"])
    #expect(spec.axes["hidden.weight"] == [.init("hidden"), .init("conv", blockCount: 4)])
    #expect(spec.axes["head.weight"]?.map(\.permutation) == [nil, "hidden"])
    #expect(spec.axes["head.bias"]?.map(\.permutation) == [nil])
  }

  /// A network whose units were shuffled finds back, to the bit.
  @Test func aShuffledNetworkFindsBack() throws {
    let spec = PermutationSpec(sequential: layers)
    let original = try network(seed: 1)
    // Aligning with an unrelated network shuffles: a reordering that computes the same.
    let shuffle = try WeightMatching(spec, a: network(seed: 2), b: original)
    let shuffled = try original.reduce(into: [String: any TensorReader]()) { network, entry in
      network[entry.key] = try shuffle.aligned(entry.key, entry.value)
    }
    #expect(try values(#require(shuffled["hidden.weight"])) != values(#require(original["hidden.weight"])))
    let matching = try WeightMatching(spec, a: original, b: shuffled)
    for (name, reader) in shuffled {
      #expect(try values(matching.aligned(name, reader)) == values(#require(original[name])), "\(name)")
    }
    #expect(matching.roundCount < 10)
  }

  @Test func anAlignedNetworkStays() throws {
    let one = try network(seed: 1)
    let matching = try WeightMatching(PermutationSpec(sequential: layers), a: one, b: one)
    #expect(matching.orders["conv"] == Array(0..<6))
    #expect(matching.roundCount == 1)
  }

  /// The inner product of both networks never falls by aligning them.
  @Test func aligningBringsNetworksNearer() throws {
    let one = try network(seed: 1)
    let other = try network(seed: 2)
    let matching = try WeightMatching(PermutationSpec(sequential: layers), a: one, b: other)
    var before = 0.0
    var after = 0.0
    for (name, reader) in other {
      let target = try values(#require(one[name]))
      before += zip(target, try values(reader)).reduce(0) { $0 + $1.0 * $1.1 }
      after += zip(target, try values(matching.aligned(name, reader))).reduce(0) { $0 + $1.0 * $1.1 }
    }
    #expect(after > before + 1)
  }

  @Test func networksThatDoNotFitAreNamed() throws {
    let spec = PermutationSpec(sequential: layers)
    let one = try network(seed: 1)
    var other = one
    other["conv.bias"] = nil
    #expect(code { _ = try WeightMatching(spec, a: one, b: other) } == .shapeMismatch)
    var narrow = one
    narrow["hidden.bias"] = try Model([1, 2]).tensor()
    #expect(code { _ = try WeightMatching(spec, a: narrow, b: narrow) } == .shapeMismatch)
  }

  /// One layer of few units: all orders can be tried.
  @Test("finds the best of all orders", arguments: 0..<20)
  func best(seed: Int) throws {
    let count = 5
    let random = CounterRandom(seed: UInt64(seed), stream: 0)
    let spec = PermutationSpec(["w": [.init("p"), .init(nil)]], order: ["p"])
    let a = (0..<count * 3).map { random.normal(at: UInt64($0)) }
    let b = (0..<count * 3).map { random.normal(at: UInt64(100 + $0)) }
    let matching = try WeightMatching(
      spec, a: ["w": Model(a, .f64).tensor([count, 3])], b: ["w": Model(b, .f64).tensor([count, 3])])
    func product(_ order: [Int]) -> Double {
      (0..<count).reduce(0) { sum, row in sum + (0..<3).reduce(0) { $0 + a[3 * row + $1] * b[3 * order[row] + $1] } }
    }
    let found = try #require(matching.orders["p"])
    let best = permutations(Array(0..<count)).map(product).max() ?? 0
    #expect(abs(product(found) - best) < 1e-12)
  }

  private func permutations(_ items: [Int]) -> [[Int]] {
    guard items.count > 1 else { return [items] }
    return items.flatMap { first in permutations(items.filter { $0 != first }).map { [first] + $0 } }
  }
}
