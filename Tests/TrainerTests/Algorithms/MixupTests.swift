import Foundation
import Tensors
import Testing
import Trainer

struct MixupTests {
  @Test func everyDomainIsMixedWithAnotherAsAFunctionOfSeedAndStep() throws {
    let mixup = Mixup(settings: Mixup.defaults)
    let mixtures = try #require(mixup.mixtures(minibatchCount: 5, seed: 1, step: 7))
    #expect(mixtures.map(\.first).sorted() == Array(0..<5))
    #expect(mixtures.map(\.second).sorted() == Array(0..<5))
    #expect(mixtures.allSatisfy { $0.first != $0.second && (0...1).contains($0.share) })
    #expect(mixtures == mixup.mixtures(minibatchCount: 5, seed: 1, step: 7))
    #expect(mixtures != mixup.mixtures(minibatchCount: 5, seed: 1, step: 8))
    #expect(mixtures != mixup.mixtures(minibatchCount: 5, seed: 2, step: 7))
  }

  /// Beta(a, a) has mean 1/2, variance 1 / (4 (2a + 1)), and fourth central moment 3 / (16 (2a + 1) (2a + 3)).
  @Test(arguments: [1e-3, 0.2, 1, 4])
  func shareHasTheMomentsOfTheBetaDistribution(parameter: Double) {
    let count = 40_000
    var (mean, variance, fourth) = (0.0, 0.0, 0.0)
    for index in 0..<count {
      let draw = BetaDistribution(parameter).draw(CounterRandom(seed: 3, stream: UInt64(index)))
      #expect((0...1).contains(draw))
      mean += draw / Double(count)
      variance += pow(draw - 0.5, 2) / Double(count)
      fourth += pow(draw - 0.5, 4) / Double(count)
    }
    #expect(abs(mean - 0.5) < 0.01)
    #expect(abs(variance * 4 * (2 * parameter + 1) - 1) < 0.02)
    #expect(abs(fourth * 16 * (2 * parameter + 1) * (2 * parameter + 3) / 3 - 1) < 0.04)
  }
}
