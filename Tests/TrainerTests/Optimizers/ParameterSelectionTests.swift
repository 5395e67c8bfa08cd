import Testing
import Trainer

struct ParameterSelectionTests {
  private static let parameters = [
    (name: "conv1.weight", elementCount: 10), (name: "conv1.bias", elementCount: 2),
    (name: "conv2.weight", elementCount: 20), (name: "head.weight", elementCount: 6),
  ]

  private func ranges(_ yaml: String) throws -> [ParameterRange] {
    try Samples.task("steps: 1\n" + yaml).parameters.ranges(of: Self.parameters, weightDecay: 0.5)
  }

  @Test func neighboursThatAreTreatedAlikeAreOneRange() throws {
    #expect(try ranges("") == [ParameterRange(offset: 0, count: 38, weightDecay: 0.5)])
    #expect(
      try ranges("groups: [{match: 'conv2.*', weight-decay: 0, learning-rate-scale: 0.1}]") == [
        ParameterRange(offset: 0, count: 12, weightDecay: 0.5),
        ParameterRange(offset: 12, count: 20, learningRateScale: 0.1, weightDecay: 0),
        ParameterRange(offset: 32, count: 6, weightDecay: 0.5),
      ])
  }

  @Test func whatIsFrozenHasNoRange() throws {
    let head = [ParameterRange(offset: 32, count: 6, weightDecay: 0.5)]
    #expect(try ranges("freeze: 'conv*'") == head)
    #expect(try ranges("train-only: [head.weight]") == head)
    #expect(try ranges("groups: [{match: 'conv?.*', freeze: true}]") == head)
    #expect(try ranges("train-only: ['*.weight']\nfreeze: ['conv[12].*']") == head)
  }

  @Test func aPatternThatMatchesNothingIsRefused() {
    for yaml in ["freeze: conv3.*", "train-only: [conv3.*]", "groups: [{match: conv3.*}]"] {
      expectTrainerError(.unmatchedPattern, "\"conv3.*\"", "\"conv1.weight\"") { _ = try ranges(yaml) }
    }
    expectTrainerError(.unmatchedPattern, "nothing is left to train") { _ = try ranges("freeze: '*'") }
  }
}
