import Statistics
import Testing
import Trainer

struct CertificateJudgementTests {
  private func certificate(_ thresholds: String, metric: String = "accuracy") throws -> Certificate {
    try Certificate.parse("certificate: c\ndata: d\nmetric: \(metric)\n\(thresholds)\n", name: "c.yaml")
  }

  /// `correct` of `count` examples told right.
  private func outcomes(_ correct: [Bool]) -> ExampleOutcomes {
    var outcomes = ExampleOutcomes(domainNames: ["all"], domains: Array(repeating: 0, count: correct.count))
    outcomes.correct = correct
    return outcomes
  }

  private func judge(_ certificate: Certificate, _ now: [Bool], before: [Bool]? = nil) -> CertificateJudgement {
    let computation = MetricComputation(certificate.metric, level: certificate.level, seed: 0)
    return certificate.judge(
      computation.measure(outcomes(now)), baseline: before.map { computation.value(outcomes($0)) },
      change: before.flatMap { computation.change(from: outcomes($0), to: outcomes(now)) })
  }

  /// The first `wrong` of `count` are told wrong.
  private func examples(_ count: Int, wrong: Int) -> [Bool] { (0..<count).map { $0 >= wrong } }

  @Test func aMinimumFailsOnlyIfTheDataShowIt() throws {
    let certificate = try certificate("minimum: 0.9")
    #expect(judge(certificate, examples(100, wrong: 10)).verdict == .holds)
    #expect(judge(certificate, examples(100, wrong: 30)).verdict == .fails)
    let close = judge(certificate, examples(100, wrong: 12))
    #expect(close.verdict == .undecided)
    // (1.95996 √(0.9·0.1) + 0.84162 √(0.88·0.12))² / 0.02² = 1855.4
    #expect(close.violations.first?.decidingCount == 1856)
    #expect(judge(try self.certificate("minimum: 0.9\nstrict: true"), examples(100, wrong: 12)).verdict == .fails)
  }

  @Test func aDropFailsOnlyIfItIsSignificant() throws {
    let certificate = try certificate("max-drop: 0")
    let before = examples(400, wrong: 40)
    #expect(judge(certificate, before, before: before).verdict == .holds)
    #expect(judge(certificate, examples(400, wrong: 39), before: before).verdict == .holds)
    // Two that only the baseline gets right: p = 0.5.
    let close = judge(certificate, examples(400, wrong: 42), before: before)
    #expect(close.verdict == .undecided)
    #expect(close.violations.first?.decidingCount == 1568)
    // Six: p = 2 / 64 = 0.03125.
    #expect(judge(certificate, examples(400, wrong: 46), before: before).verdict == .fails)
    #expect(
      judge(try self.certificate("max-drop: 0\nlevel: 0.01"), examples(400, wrong: 46), before: before).verdict
        == .undecided)
    #expect(
      judge(try self.certificate("max-drop: 0\nstrict: true"), examples(400, wrong: 42), before: before).verdict
        == .fails)
    #expect(judge(try self.certificate("max-drop: 0.02"), examples(400, wrong: 46), before: before).verdict == .holds)
  }

  @Test func aDropOfJustTheLimitHolds() throws {
    // 0.9 - 0.89 is more than 0.01 in binary.
    let certificate = try certificate("max-drop: 0.01\nstrict: true")
    #expect(judge(certificate, examples(100, wrong: 11), before: examples(100, wrong: 10)).verdict == .holds)
  }

  @Test func relativeDropsAreOfTheBaseline() throws {
    let certificate = try certificate("max-relative-drop: 0.1")
    let before = examples(1000, wrong: 500)
    #expect(judge(certificate, examples(1000, wrong: 550), before: before).verdict == .holds)
    let failed = judge(certificate, examples(1000, wrong: 560), before: before)
    #expect(failed.verdict == .fails)
    #expect(judge(certificate, [false], before: [true]).verdict == .undecided)
    #expect(judge(certificate, [true], before: [false]).verdict == .holds)
  }

  @Test func thresholdsCombine() throws {
    let certificate = try certificate("minimum: 0.5\nmax-drop: 0.05\nmax-relative-drop: 0.5")
    let judgement = judge(certificate, examples(1000, wrong: 700), before: examples(1000, wrong: 0))
    #expect(judgement.violations.count == 3)
    #expect(judgement.verdict == .fails)
    #expect(judge(certificate, examples(1000, wrong: 100)).verdict == .holds)
  }

  @Test func withoutABaselineNothingIsDecidedOfDrops() throws {
    let judgement = judge(try certificate("max-drop: 0.1"), examples(10, wrong: 1))
    #expect(judgement.verdict == .undecided && judgement.lacksBaseline && judgement.violations.isEmpty)
    #expect(judge(try certificate("max-drop: 0.1\nminimum: 0.2"), examples(10, wrong: 1)).verdict == .holds)
  }

  @Test func lossesAreWorseWhenHigher() throws {
    let certificate = try certificate("maximum: 0.5\nmax-drop: 0.1", metric: "log-loss")
    let computation = MetricComputation(certificate.metric, level: 0.05, seed: 0)
    let losses = { (values: [Double]) in
      var outcomes = ExampleOutcomes(domainNames: ["all"], domains: Array(repeating: 0, count: values.count))
      outcomes.values = values
      return outcomes
    }
    let low = losses((0..<200).map { 0.2 + 0.001 * Double($0 % 7) })
    let high = losses((0..<200).map { 0.4 + 0.001 * Double($0 % 5) })
    let judge = { (now: ExampleOutcomes, before: ExampleOutcomes) in
      certificate.judge(
        computation.measure(now), baseline: computation.value(before), change: computation.change(from: before, to: now)
      )
    }
    #expect(judge(low, high).verdict == .holds)
    #expect(judge(high, low).verdict == .fails)
  }

  @Test func whatIsNoNumberFails() throws {
    let certificate = try certificate("max-drop: 1")
    let measurement = Measurement(value: .nan, interval: nil, exampleCount: 3)
    #expect(certificate.judge(measurement, baseline: 0.5, change: nil).verdict == .fails)
    #expect(certificate.judge(measurement, baseline: nil, change: nil).verdict == .fails)
  }

  @Test func valuesWithoutOutcomesDecideNothingUnlessStrict() throws {
    let measurement = Measurement(value: 0.5, interval: nil, exampleCount: 100)
    let change = MetricChange(difference: -0.2)
    #expect(try certificate("minimum: 0.9").judge(measurement, baseline: nil, change: nil).verdict == .undecided)
    #expect(try certificate("max-drop: 0.1").judge(measurement, baseline: 0.7, change: change).verdict == .undecided)
    #expect(
      try certificate("max-drop: 0.1\nstrict: true").judge(measurement, baseline: 0.7, change: change).verdict == .fails
    )
  }

  @Test func otherExamplesCannotBeCompared() {
    let computation = MetricComputation(CertificateMetric(.accuracy), level: 0.05, seed: 0)
    #expect(computation.change(from: outcomes([true]), to: outcomes([true, false])) == nil)
  }
}
