import Tensors
import Testing

struct CounterRandomTests {
  struct KnownAnswer: Decodable {
    let seed: String
    let stream: String?
    let name: String?
    let indices: [String]
    let bits: [String]
    let belowThousand: [Int]
    let normals: [Double]
    let permutation: [Int]

    func generator() throws -> CounterRandom {
      let seed = try #require(UInt64(seed, radix: 16))
      if let name { return CounterRandom(seed: seed, stream: name) }
      return CounterRandom(seed: seed, stream: try #require(stream.flatMap { UInt64($0, radix: 16) }))
    }
  }

  @Test func knownAnswers() throws {
    for answer in try goldenFile("counter_random.json", as: [KnownAnswer].self) {
      let random = try answer.generator()
      let indices = answer.indices.compactMap { UInt64($0, radix: 16) }
      #expect(indices.map { String(random.bits(at: $0), radix: 16) } == answer.bits)
      #expect(indices.map { random.integer(at: $0, below: 1000) } == answer.belowThousand)
      #expect(random.permutation(count: 12) == answer.permutation)
      for (index, expected) in answer.normals.enumerated() {
        #expect(abs(random.normal(at: UInt64(index)) - expected) <= 1e-14)
      }
    }
  }

  @Test func uniformHasTheRightMoments() {
    let random = CounterRandom(seed: 3, stream: "moments")
    let draws = (0..<100_000).map { random.uniform(at: UInt64($0)) }
    let mean = draws.reduce(0, +) / 1e5
    #expect(abs(mean - 0.5) < 0.005)
    #expect(draws.allSatisfy { $0 >= 0 && $0 < 1 })
  }

  @Test func normalHasTheRightMoments() {
    let random = CounterRandom(seed: 3, stream: "moments")
    let draws = (0..<100_000).map { random.normal(at: UInt64($0)) }
    let mean = draws.reduce(0, +) / 1e5
    let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1e5
    #expect(abs(mean) < 0.015)
    #expect(abs(variance - 1) < 0.02)
  }

  /// Neighbouring counters, seeds and streams must share no more bits than chance allows.
  @Test func neighboursAreUnrelated() {
    for index in UInt64(0)..<200 {
      let here = CounterRandom(seed: 5, stream: 5).bits(at: index)
      let others = [
        CounterRandom(seed: 5, stream: 5).bits(at: index + 1), CounterRandom(seed: 6, stream: 5).bits(at: index),
        CounterRandom(seed: 5, stream: 6).bits(at: index),
      ]
      for other in others {
        #expect((10...54).contains((here ^ other).nonzeroBitCount))
      }
    }
  }

  @Test func permutationsHoldEveryIndexOnce() {
    let random = CounterRandom(seed: 1, stream: 2)
    #expect(random.permutation(count: 1000).sorted() == Array(0..<1000))
    #expect(random.permutation(count: 0).isEmpty)
    #expect(random.permutation(count: 1) == [0])
  }
}
