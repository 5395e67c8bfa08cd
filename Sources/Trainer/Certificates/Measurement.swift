import Statistics

/// A metric's value with what it may well be.
package struct Measurement: Sendable, Equatable {
  package let value: Double
  /// nil if there are only values, no outcomes.
  package let interval: ConfidenceInterval?
  package let exampleCount: Int
  /// Of the bootstrap; nil for a proportion, which needs none.
  package let standardError: Double?

  package init(value: Double, interval: ConfidenceInterval?, exampleCount: Int, standardError: Double? = nil) {
    self.value = value
    self.interval = interval
    self.exampleCount = exampleCount
    self.standardError = standardError
  }
}

/// Computes a metric from outcomes; of `eachDomain` over all, for its caller to hand over domain by domain.
package struct MetricComputation: Sendable {
  package let metric: CertificateMetric
  /// The level of significance α: intervals hold with 1 - α.
  package let level: Double
  package let seed: UInt64

  package init(_ metric: CertificateMetric, level: Double, seed: UInt64) {
    self.metric = metric
    self.level = level
    self.seed = seed
  }

  package func value(_ outcomes: ExampleOutcomes) -> Double {
    statistic(outcomes)(strata(outcomes).flatMap(\.self))
  }

  /// Wilson's interval for a proportion over all examples, else the bootstrap's.
  package func measure(_ outcomes: ExampleOutcomes) -> Measurement {
    let value = value(outcomes)
    if let correct = proportion(outcomes) {
      let interval = WilsonInterval.interval(
        successes: correct.count { $0 }, count: correct.count, level: 1 - level)
      return Measurement(value: value, interval: interval, exampleCount: outcomes.count)
    }
    let bootstrap = Bootstrap(strata: strata(outcomes), seed: seed, statistic: statistic(outcomes))
    return Measurement(
      value: value, interval: bootstrap.interval(level: 1 - level), exampleCount: outcomes.count,
      standardError: bootstrap.standardError)
  }

  /// McNemar's exact test for a proportion over all examples, else the paired bootstrap.
  ///
  /// - Returns: nil if the outcomes are not of the same examples.
  package func change(from old: ExampleOutcomes, to new: ExampleOutcomes) -> MetricChange? {
    guard old.isPaired(with: new) else { return nil }
    if let before = proportion(old), let after = proportion(new) {
      let test = McNemarTest(first: before, second: after)
      return MetricChange(
        difference: value(new) - value(old), p: test.p,
        decidingCount: SampleSize.mcNemar(
          onlyFirst: test.onlyFirst, onlySecond: test.onlySecond, count: new.count, significance: level))
    }
    let (before, after) = (statistic(old), statistic(new))
    let bootstrap = Bootstrap(strata: strata(new), seed: seed) { after($0) - before($0) }
    let difference = value(new) - value(old)
    return MetricChange(
      difference: difference, p: bootstrap.pOfNoDifference,
      decidingCount: SampleSize.mean(
        difference: difference, standardError: bootstrap.standardError, count: new.count, significance: level))
  }

  /// Whether each example was told right, if the metric is the share of those among all.
  private func proportion(_ outcomes: ExampleOutcomes) -> [Bool]? {
    metric.measure.isProportion && metric.slice != .worstDomain ? outcomes.correct : nil
  }

  /// What is resampled by itself: the domains, if the worst of them is sought.
  private func strata(_ outcomes: ExampleOutcomes) -> [[Int]] {
    metric.slice == .worstDomain ? outcomes.domainGroups.map(\.indices) : [Array(0..<outcomes.count)]
  }

  /// The metric of a sample of examples; for the worst domain the sample has those of each domain together, as `strata`.
  private func statistic(_ outcomes: ExampleOutcomes) -> ([Int]) -> Double {
    let measure = metric.measure.statistic(outcomes)
    guard metric.slice == .worstDomain else { return { measure($0[...]) } }
    let counts = outcomes.domainGroups.map(\.indices.count)
    let isLowerBetter = metric.measure.isLowerBetter
    return { sample in
      var start = 0
      var worst: Double?
      for count in counts {
        let value = measure(sample[start..<start + count])
        start += count
        // A domain without a value is the worst there is.
        if value.isNaN { return .nan }
        worst = worst.map { isLowerBetter ? max($0, value) : min($0, value) } ?? value
      }
      return worst ?? 0
    }
  }
}

extension CertificateMetric.Measure {
  /// The value of the examples with some indices.
  ///
  /// - Precondition: `outcomes.suffice(for: self)`.
  fileprivate func statistic(_ outcomes: ExampleOutcomes) -> (ArraySlice<Int>) -> Double {
    let correct = outcomes.correct ?? []
    let values = outcomes.values ?? []
    let (labels, predictions) = (outcomes.labels ?? [], outcomes.predictions ?? [])
    switch self {
    case .accuracy, .top:
      return { sample in sample.isEmpty ? 0 : Double(sample.count { correct[$0] }) / Double(sample.count) }
    case .logLoss, .meanSquaredError:
      return { sample in sample.isEmpty ? 0 : sample.reduce(0) { $0 + values[$1] } / Double(sample.count) }
    case .balancedAccuracy:
      return { sample in
        ClassificationScores.balancedAccuracy(
          labels: sample.map { labels[$0] }, predictions: sample.map { predictions[$0] })
      }
    case .macroF1:
      return { sample in
        ClassificationScores.macroF1(labels: sample.map { labels[$0] }, predictions: sample.map { predictions[$0] })
      }
    case .calibrationError:
      return { sample in
        CalibrationError.expected(
          confidences: sample.lazy.map { values[$0] }, correct: sample.lazy.map { correct[$0] })
      }
    }
  }
}

/// How a value differs from the baseline's, on the same examples.
package struct MetricChange: Sendable, Equatable {
  package let difference: Double
  /// How often chance alone makes so large a difference; nil without outcomes to compare in pairs.
  package let p: Double?
  /// Examples with which a difference of this size would be significant four times out of five.
  package let decidingCount: Int?

  package init(difference: Double, p: Double? = nil, decidingCount: Int? = nil) {
    self.difference = difference
    self.p = p
    self.decidingCount = decidingCount
  }
}
