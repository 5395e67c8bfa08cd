import Testing
import Trainer

struct LinearPathTests {
  private func path(_ values: [(Double, Double, Double)]) -> LinearPath {
    LinearPath(points: values.map { LinearPath.Point(lambda: $0.0, loss: $0.1, accuracy: $0.2) })
  }

  @Test func barriersAndGaps() {
    let hill = path([(0, 1, 0.8), (0.25, 1.5, 0.7), (0.5, 3, 0.4), (0.75, 2, 0.5), (1, 0.5, 0.9)])
    #expect(hill.barrier == 2.25)
    // At λ = 0.5 the chord is 0.75, and that of the accuracies 0.85.
    #expect(hill.barrierAboveChord == 2.25)
    #expect(abs((hill.connectivityGap ?? 0) + 0.45) < 1e-12)
    let valley = path([(0, 1, 0.8), (0.5, 0.5, 0.9), (1, 1, 0.8)])
    #expect(valley.barrier == 0 && valley.barrierAboveChord == 0)
    #expect(valley.connectivityGap == 0)
    #expect(path([]).barrier == nil && path([]).chord.isEmpty && path([]).midpointGain == nil)
    #expect(abs((hill.midpointGain ?? 0) + 0.45) < 1e-12)
    #expect(hill.chord.map(\.loss) == [1, 0.875, 0.75, 0.625, 0.5])
    // Without a point half way there is no gain to tell.
    #expect(path([(0, 1, 0.8), (0.3, 0.5, 0.9), (1, 1, 0.8)]).midpointGain == nil)
    #expect(LinearPath.lambdas(count: 5) == [0, 0.25, 0.5, 0.75, 1])
  }

  @Test func weightsAreInterpolated() throws {
    var (a, b) = (StateDict(), StateDict())
    try a.set("w", shape: [2], values: [0.1, -3])
    try b.set("w", shape: [2], values: [0.7, 5])
    try a.set("n", shape: [], integers: [3])
    try b.set("n", shape: [], integers: [9])
    #expect(try LinearPath.weights(a, b, at: 0) == a)
    #expect(try LinearPath.weights(a, b, at: 1)["w"] == b["w"])
    // numpy: np.float32(0.75 * np.float64(np.float32(0.1)) + 0.25 * np.float64(np.float32(0.7)))
    #expect(try LinearPath.weights(a, b, at: 0.25)["w"]?.values == [0.25, -1])
    #expect(try LinearPath.weights(a, b, at: 0.25)["n"]?.integers == [3])
    // Infinity times nothing is no number: the ends are not computed.
    var broken = a
    try broken.set("w", shape: [2], values: [.infinity, 1])
    #expect(try LinearPath.weights(broken, a, at: 1)["w"]?.values == [0.1, -3])
    // numpy: np.float32((np.float64(np.float32(0.1)) + np.float32(0.7) + np.float32(0.1)) / 3)
    #expect(try StateDict.mean([a, b, a])["w"]?.values == [0.3, Float(-1) / 3])
    #expect(try StateDict.mean([b, a])["n"]?.integers == [9])
    var other = StateDict()
    try other.set("w", shape: [3], values: [0, 0, 0])
    #expect(throws: TrainerError.self) { try LinearPath.weights(a, other, at: 0.5) }
    try other.set("w", shape: [2], values: [0, 0])
    #expect(throws: TrainerError.self) { try LinearPath.weights(a, other, at: 0.5) }
    #expect(throws: TrainerError.self) { try LinearPath.weights(other, a, at: 0.5) }
  }
}
