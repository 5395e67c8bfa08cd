import Documents
import Testing
import Trainer

/// Each algorithm's objective and gradients against PyTorch.
struct AlgorithmTests {
  @Test func objectivesMatchPyTorch() throws {
    let golden = try Golden.read("algorithms.json")
    let cases = try #require(golden["cases"]?.arrayValue)
    for entry in cases {
      let name = try #require(entry["algorithm"]?.stringValue)
      let type = try #require(AlgorithmRegistry.type(named: name))
      try check(type.init(settings: type.defaults), name, entry, golden)
    }
    #expect(Set(cases.compactMap { $0["algorithm"]?.stringValue }) == Set(AlgorithmRegistry.names))
  }

  private func check(_ start: some Algorithm, _ name: String, _ entry: JSONValue, _ golden: JSONValue) throws {
    var algorithm = start
    for step in try #require(entry["steps"]?.arrayValue) {
      let number = Int(try #require(step["step"]?.integerValue))
      let batch = try AlgorithmBatch(
        logits: Golden.floats(golden["logits"]), targets: Golden.floats(entry["targets"]),
        features: Golden.floats(golden["features"]), minibatchSizes: Golden.integers(golden["minibatchSizes"]))
      let result = batch.run(&algorithm, loss: CrossEntropy(), step: number)
      let expected = try #require(step["objective"]?.numberValue)
      #expect(abs(result.objective - expected) < 1e-6 * abs(expected), "\(name), step \(number)")
      let logitGradient = try Golden.floats(step["logitGradient"])
      #expect(relativeDifference(result.logitGradient, logitGradient) < 1e-5, "\(name), step \(number)")
      let featureGradient = try Golden.floats(step["featureGradient"])
      if featureGradient.allSatisfy({ $0 == 0 }) {
        #expect(result.featureGradient == featureGradient, "\(name), step \(number)")
      } else {
        #expect(relativeDifference(result.featureGradient, featureGradient) < 1e-5, "\(name), step \(number)")
      }
    }
  }

  @Test func penaltiesThatAnnealResetTheOptimizerOnce() {
    for name in ["vrex", "irm", "ib-erm"] {
      guard let type = AlgorithmRegistry.type(named: name) else { continue }
      var settings = type.defaults
      settings["anneal-steps"] = 3
      let algorithm = type.init(settings: settings)
      #expect((0..<6).filter { algorithm.resetsOptimizer(step: $0) } == [3])
    }
  }

  /// One domain has nothing to be compared with: what is left is its risk.
  @Test(arguments: ["coral", "mmd", "mixup", "groupdro", "vrex", "erm"])
  func oneDomainLeavesTheRisk(name: String) throws {
    let type = try #require(AlgorithmRegistry.type(named: name))
    var algorithm = type.init(settings: type.defaults)
    let batch = try AlgorithmBatch(
      logits: [0, 0, 1, 3], targets: [1, 0, 0, 1], features: [1, 2], minibatchSizes: [2])
    func run(_ algorithm: inout some Algorithm) -> Double {
      batch.run(&algorithm, loss: CrossEntropy(), step: 0).objective
    }
    let objective = run(&algorithm)
    #expect(abs(objective - batch.risks[0]) < 1e-12)
  }
}
