import Foundation
import Statistics
import Testing

/// What `Golden/generate.py` has written.
struct StatisticsGolden: Decodable {
  struct Quantile: Decodable { let p, x: Double }
  struct Wilson: Decodable {
    let successes, count: Int
    let level, lower, upper: Double
  }
  struct McNemar: Decodable {
    let onlyFirst, onlySecond: Int
    let p: Double
  }
  struct Binomial: Decodable {
    let k, n: Int
    let cumulative: Double
  }
  struct Resampling: Decodable {
    let seed: UInt64
    let values: [Double]
    let resamples: Int
    let level, lower, upper, standardError, p: Double
  }
  struct Sizes: Decodable {
    struct McNemar: Decodable { let onlyFirst, onlySecond, count, size: Int }
    struct Proportion: Decodable {
      let proportion, threshold: Double
      let size: Int
    }
    struct Mean: Decodable {
      let difference, standardError: Double
      let count, size: Int
    }
    let mcNemar: [McNemar]
    let proportion: [Proportion]
    let mean: [Mean]
  }
  struct Scores: Decodable {
    let labels, predictions: [Int32]
    let confidences: [Double]
    let balancedAccuracy, macroF1, calibrationError: Double
  }
  struct Errors: Decodable {
    let first, second: [Int]
    let yuleQ, ratioError: Double?
  }
  struct Agreement: Decodable {
    let labels, first, second: [Int32]
    let disagreement: Double
    let errorAgreement: Double?
  }
  let quantiles: [Quantile]
  let wilson: [Wilson]
  let mcNemar: [McNemar]
  let binomial: [Binomial]
  let bootstrap: [Resampling]
  let sampleSizes: Sizes
  let scores: [Scores]
  let diversity: [Errors]
  let agreement: [Agreement]

  static func read() throws -> StatisticsGolden {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/statistics.json")
    return try JSONDecoder().decode(StatisticsGolden.self, from: Data(contentsOf: file))
  }
}

/// Against scipy, statsmodels and scikit-learn.
struct StatisticsTests {
  private let golden: StatisticsGolden

  init() throws { golden = try StatisticsGolden.read() }

  /// Equal to 1e-9, and to 1e-9 of the value if it is smaller than 1.
  private func agree(_ value: Double, _ expected: Double, _ subject: String) {
    #expect(abs(value - expected) <= 1e-9 * min(1, abs(expected)) + 1e-15, "\(subject): \(value), not \(expected)")
  }

  @Test func normalQuantiles() {
    for known in golden.quantiles { agree(NormalDistribution.quantile(known.p), known.x, "quantile of \(known.p)") }
    #expect(NormalDistribution.quantile(0) == -.infinity)
    #expect(NormalDistribution.quantile(1) == .infinity)
    #expect(NormalDistribution.quantile(.nan).isNaN)
  }

  @Test func wilsonIntervals() {
    #expect(golden.wilson.count == 18)
    for known in golden.wilson {
      let interval = WilsonInterval.interval(successes: known.successes, count: known.count, level: known.level)
      agree(interval.lower, known.lower, "lower bound of \(known)")
      agree(interval.upper, known.upper, "upper bound of \(known)")
    }
    #expect(WilsonInterval.interval(successes: 0, count: 0, level: 0.95) == ConfidenceInterval(lower: 0, upper: 1))
  }

  @Test func mcNemarIsExact() {
    for known in golden.mcNemar {
      agree(McNemarTest(onlyFirst: known.onlyFirst, onlySecond: known.onlySecond).p, known.p, "\(known)")
    }
    let pairs = McNemarTest(first: [true, true, false, false], second: [true, false, true, false])
    #expect(pairs == McNemarTest(onlyFirst: 1, onlySecond: 1))
  }

  @Test func binomialProbabilities() {
    for known in golden.binomial {
      agree(FairBinomialDistribution.cumulative(known.k, of: known.n), known.cumulative, "\(known)")
    }
    #expect(FairBinomialDistribution.cumulative(-1, of: 5) == 0)
    #expect(FairBinomialDistribution.cumulative(5, of: 5) == 1)
  }

  @Test func bootstrapIntervals() {
    for known in golden.bootstrap {
      let bootstrap = Bootstrap(count: known.values.count, seed: known.seed, resamples: known.resamples) { sample in
        sample.reduce(0) { $0 + known.values[$1] } / Double(sample.count)
      }
      let interval = bootstrap.interval(level: known.level)
      agree(interval.lower, known.lower, "lower bound of seed \(known.seed)")
      agree(interval.upper, known.upper, "upper bound of seed \(known.seed)")
      agree(bootstrap.standardError, known.standardError, "standard error of seed \(known.seed)")
      agree(bootstrap.pOfNoDifference, known.p, "p of seed \(known.seed)")
    }
  }

  @Test func resamplesKeepTheSizeOfEveryStratum() {
    let strata = [[0, 1, 2], [3, 4, 5, 6, 7]]
    var seen: Set<Int> = []
    _ = Bootstrap(strata: strata, seed: 3, resamples: 50) { sample in
      #expect(sample.count == 8)
      #expect(sample[..<3].allSatisfy { $0 < 3 } && sample[3...].allSatisfy { $0 >= 3 })
      seen.formUnion(sample)
      return 0
    }
    #expect(seen == Set(0..<8))
  }

  @Test func aBootstrapOfNothingSaysNothing() {
    let none = Bootstrap(count: 0, seed: 1, resamples: 0) { _ in 0 }
    #expect(none.interval(level: 0.95).lower.isNaN)
    #expect(none.pOfNoDifference == 1)
    let broken = Bootstrap(count: 2, seed: 1, resamples: 10) { _ in .nan }
    #expect(broken.interval(level: 0.95).upper.isNaN)
    #expect(broken.pOfNoDifference <= 1)
  }

  @Test func sampleSizes() {
    for known in golden.sampleSizes.mcNemar {
      #expect(
        SampleSize.mcNemar(
          onlyFirst: known.onlyFirst, onlySecond: known.onlySecond, count: known.count, significance: 0.05)
          == known.size)
    }
    for known in golden.sampleSizes.proportion {
      #expect(SampleSize.proportion(known.proportion, against: known.threshold, significance: 0.05) == known.size)
    }
    for known in golden.sampleSizes.mean {
      #expect(
        SampleSize.mean(
          difference: known.difference, standardError: known.standardError, count: known.count, significance: 0.05)
          == known.size)
    }
    #expect(SampleSize.mcNemar(onlyFirst: 3, onlySecond: 3, count: 10, significance: 0.05) == nil)
  }

  @Test func scoresOfClasses() {
    for known in golden.scores {
      agree(
        ClassificationScores.balancedAccuracy(labels: known.labels, predictions: known.predictions),
        known.balancedAccuracy, "balanced accuracy")
      agree(
        ClassificationScores.macroF1(labels: known.labels, predictions: known.predictions), known.macroF1, "macro F1")
      let correct = zip(known.labels, known.predictions).map { $0 == $1 }
      agree(
        CalibrationError.expected(confidences: known.confidences, correct: correct), known.calibrationError,
        "calibration error")
    }
  }

  @Test func predictionsThatAreNoneAreWrong() {
    #expect(ClassificationScores.balancedAccuracy(labels: [0, 1], predictions: [-1, 1]) == 0.5)
    #expect(ClassificationScores.macroF1(labels: [0, 1], predictions: [-1, 1]) == 0.5)
    #expect(ClassificationScores.macroF1(labels: [], predictions: []) == 0)
    #expect(CalibrationError.expected(confidences: [.nan], correct: [true]).isNaN)
  }

  @Test func diversityOfErrors() {
    for known in golden.diversity {
      let diversity = Diversity(first: known.first.map { $0 == 1 }, second: known.second.map { $0 == 1 })
      #expect((diversity.yuleQ == nil) == (known.yuleQ == nil))
      if let q = diversity.yuleQ, let expected = known.yuleQ { agree(q, expected, "Q") }
      #expect((diversity.ratioError == nil) == (known.ratioError == nil))
      if let ratio = diversity.ratioError, let expected = known.ratioError { agree(ratio, expected, "ratio-error") }
    }
  }

  @Test func agreementOfPredictions() {
    for known in golden.agreement {
      let agreement = PredictionAgreement(first: known.first, second: known.second, labels: known.labels)
      #expect(agreement.exampleCount == known.labels.count)
      agree(agreement.disagreement ?? -1, known.disagreement, "disagreement")
      #expect((agreement.errorAgreement == nil) == (known.errorAgreement == nil))
      if let same = agreement.errorAgreement, let expected = known.errorAgreement {
        agree(same, expected, "same errors")
      }
    }
    let none = PredictionAgreement(first: [], second: [], labels: [])
    #expect(none.disagreement == nil && none.errorAgreement == nil)
  }
}
