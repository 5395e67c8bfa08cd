import Documents
import Testing
import Trainer

struct HyperparameterSearchTests {
  private func search(_ yaml: String) throws -> HyperparameterSearch {
    try #require(try Samples.task("steps: 1\noptimizer: {name: adam, learning-rate: 1e-3}\nsearch: \(yaml)").search)
  }

  @Test func drawsLieInTheirDistributionsAndFillThem() throws {
    let search = try search(
      "{learning-rate: {log-uniform: [1e-4, 1e-2]}, weight-decay: {uniform: [0, 0.5]}, batch: {power-of-two: [3, 5.5]}, "
        + "dropout: {choice: [0, 0.1, 0.5]}}")
    let seeds = 0..<UInt64(400)
    let rates = seeds.compactMap { search.draw("learning-rate", seed: $0) }
    #expect(rates.allSatisfy((1e-4...1e-2).contains) && rates.count == 400)
    #expect((170...230).contains(rates.count { $0 < 1e-3 }))
    let decays = seeds.compactMap { search.draw("weight-decay", seed: $0) }
    #expect(decays.allSatisfy((0...0.5).contains) && (170...230).contains(decays.count { $0 < 0.25 }))
    let batches = Set(seeds.compactMap { search.draw("batch", seed: $0) })
    #expect(batches == Set((8...45).map(Double.init)))
    #expect(Set(seeds.compactMap { search.draw("dropout", seed: $0) }) == [0, 0.1, 0.5])
    #expect(search.draw("learning-rate", seed: 3) == search.draw("learning-rate", seed: 3))
  }

  @Test func domainBedsDistributionLiesAboutTheTasksLearningRate() throws {
    let search = try search("domainbed")
    #expect(search.distributions["learning-rate"] == .logUniform(1e-3 * 0.2, 1e-3 * 6.3))
    #expect(search.distributions["batch"] == .powerOfTwo(3, 5.5))
    #expect(Set(search.distributions.keys) == Set(HyperparameterSearch.names))
    #expect(try Samples.task("steps: 1").search == nil)
  }

  @Test(arguments: [
    ("grid", "search"), ("{learning-rate: {log-uniform: [0, 1]}}", "log-uniform"),
    ("{learning-rate: {log-uniform: [2, 1]}}", "log-uniform"), ("{batch: {power-of-two: [1, 60]}}", "power-of-two"),
    ("{batch: {choice: []}}", "choice"), ("{dropout: {choice: [2]}}", "choice"), ("{dropout: {}}", "log-uniform"),
    ("{momentum: {choice: [0]}}", "momentum"), ("{weight-decay: {uniform: [1]}}", "uniform"),
  ])
  func malformedSearchesNameTheirKey(yaml: String, key: String) {
    expectDocumentError(key: key, line: 5) { _ = try search(yaml) }
  }
}
