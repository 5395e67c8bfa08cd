import Documents
import Testing
import Trainer

/// Metrics of logits, against PyTorch and scikit-learn.
struct MetricGoldenTests {
  private let golden: JSONValue
  private let logits: [Float]
  private let labels: [Int32]
  private let domains: [Int32]
  private let domainNames = ["a", "b", "c"]

  init() throws {
    golden = try Golden.read("metrics.json")
    logits = try Golden.floats(golden["logits"])
    labels = try Golden.integers(golden["labels"]).map { Int32($0) }
    domains = try Golden.integers(golden["domains"]).map { Int32($0) }
  }

  private func outcomes(_ measure: CertificateMetric.Measure) -> ExampleOutcomes {
    logits.withUnsafeBufferPointer {
      ExampleOutcomes(measure, logits: $0, labels: labels, domains: domains, domainNames: domainNames)
    }
  }

  private func value(_ metric: CertificateMetric) -> Double {
    MetricComputation(metric, level: 0.05, seed: 0).value(outcomes(metric.measure))
  }

  private static let names = [
    "accuracy", "top-2", "balanced-accuracy", "macro-f1", "log-loss", "calibration-error", "mean-squared-error",
  ]

  @Test(arguments: names) func valuesAgree(_ name: String) throws {
    let metric = try #require(CertificateMetric(name: name))
    let expected = try #require(golden["all"]?[name]?.numberValue)
    #expect(abs(value(metric) - expected) < 1e-9)
    #expect(outcomes(metric.measure).suffice(for: metric.measure))
  }

  @Test(arguments: names) func theWorstDomainIsFound(_ name: String) throws {
    let metric = try #require(CertificateMetric(name: "worst-domain-\(name)"))
    let all = try #require(golden["byDomain"]?.arrayValue).map { try #require($0[name]?.numberValue) }
    let expected = metric.measure.isLowerBetter ? all.max() : all.min()
    #expect(abs(value(metric) - (expected ?? 0)) < 1e-9)
    let computation = MetricComputation(CertificateMetric(metric.measure), level: 0.05, seed: 0)
    for (group, expected) in zip(outcomes(metric.measure).domainGroups, all) {
      #expect(abs(computation.value(outcomes(metric.measure).selecting(group.indices)) - expected) < 1e-9)
    }
  }

  @Test(arguments: names) func intervalsHoldTheValue(_ name: String) throws {
    for prefix in ["", "worst-domain-"] {
      let metric = try #require(CertificateMetric(name: prefix + name))
      let outcomes = outcomes(metric.measure)
      let measurement = MetricComputation(metric, level: 0.05, seed: 0).measure(outcomes)
      let interval = try #require(measurement.interval)
      #expect(interval.lower < interval.upper)
      // That of the worst of several lies to one side of it: resamples have worse worsts.
      if prefix.isEmpty && name != "calibration-error" { #expect(interval.contains(measurement.value)) }
      let same = MetricComputation(metric, level: 0.05, seed: 0).change(from: outcomes, to: outcomes)
      #expect(same?.p == 1)
      #expect(same?.difference == 0)
      #expect(same?.decidingCount == nil)
    }
  }

  @Test func namesAreReadBack() {
    for prefix in ["", "worst-domain-", "each-domain-"] {
      for name in Self.names { #expect(CertificateMetric(name: prefix + name)?.name == prefix + name) }
    }
    for name in [
      "", "acuracy", "top-0", "top-", "top-05", "top-1001", "worst-domain-", "worst-domain-each-domain-accuracy",
    ] {
      #expect(CertificateMetric(name: name) == nil, "\(name)")
    }
  }

  @Test func aRowThatIsNotANumberIsWrong() {
    let rows: [Float] = [.nan, 1, 2, 0, 3, 1]
    let of = { (measure: CertificateMetric.Measure) in
      rows.withUnsafeBufferPointer {
        ExampleOutcomes(measure, logits: $0, labels: [1, 1], domains: [0, 0], domainNames: ["all"])
      }
    }
    #expect(of(.accuracy).correct == [false, true])
    #expect(of(.top(3)).correct == [false, true])
    #expect(of(.macroF1).predictions == [-1, 1])
    #expect(of(.calibrationError).values?.first?.isNaN == true)
    #expect(of(.meanSquaredError).values?.first?.isNaN == true)
    let computation = MetricComputation(CertificateMetric(.logLoss), level: 0.05, seed: 0)
    #expect(computation.measure(of(.logLoss)).value.isNaN)
  }

  @Test func oneLogitTellsTwoClasses() {
    let of = { (measure: CertificateMetric.Measure) in
      [Float(2), -1].withUnsafeBufferPointer {
        ExampleOutcomes(measure, logits: $0, labels: [1, 1], domains: [0, 0], domainNames: ["all"])
      }
    }
    #expect(of(.top(1)).correct == [true, false])
    #expect(of(.top(2)).correct == [true, true])
    // torch.sigmoid(2) = 0.8807970779778823, torch.sigmoid(-1) = 0.2689414213699951
    let expected = [0.1192029220221177 * 0.1192029220221177, 0.7310585786300049 * 0.7310585786300049]
    for (value, expected) in zip(of(.meanSquaredError).values ?? [], expected) {
      #expect(abs(value - expected) < 1e-12)
    }
    for (value, expected) in zip(of(.calibrationError).values ?? [], [0.8807970779778823, 0.7310585786300049]) {
      #expect(abs(value - expected) < 1e-12)
    }
  }
}
