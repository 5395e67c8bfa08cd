import Statistics

/// What a certificate says of a value.
package struct CertificateJudgement: Sendable, Equatable {
  package enum Verdict: String, Sendable, CaseIterable {
    case holds
    case fails
    /// A threshold is missed by so little that it may be chance, or there is nothing to compare with.
    case undecided
  }

  /// A threshold that the value misses.
  package struct Violation: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
      case belowMinimum
      case aboveMaximum
      /// By how much the value is worse than the baseline's.
      case dropped(by: Double)
      case droppedRelatively(by: Double)
      case notANumber
    }

    package let kind: Kind
    /// Whether the data show it, or plain values decide.
    package let isCertain: Bool
    /// Examples that would decide, if things are as they were measured.
    package let decidingCount: Int?
  }

  package let violations: [Violation]
  /// There are only thresholds against a baseline, and no baseline.
  package let lacksBaseline: Bool

  package var verdict: Verdict {
    if violations.contains(where: \.isCertain) { return .fails }
    return violations.isEmpty && !lacksBaseline ? .holds : .undecided
  }

  package var holds: Bool { verdict == .holds }
}

extension Certificate {
  /// Judges a value: a threshold that is met holds; one that is missed fails if the data show that it is missed, or if the
  /// certificate is strict, and is undecided else.
  ///
  /// The data show that an absolute threshold is missed if the interval lies beyond it, and that the value is worse than the
  /// baseline's if the paired test's p is below the level.
  ///
  /// - Parameters:
  ///   - baseline: the value compared with; without one, thresholds against it are not judged.
  ///   - change: from the baseline's outcomes to these.
  package func judge(
    _ measurement: Measurement, baseline: Double?, change: MetricChange?, level: Double? = nil
  ) -> CertificateJudgement {
    let level = level ?? self.level
    guard !measurement.value.isNaN else {
      return CertificateJudgement(
        violations: [.init(kind: .notANumber, isCertain: true, decidingCount: nil)], lacksBaseline: false)
    }
    var violations = absoluteViolations(measurement, level: level)
    if let baseline, !baseline.isNaN {
      violations += relativeViolations(measurement.value, baseline: baseline, change: change, level: level)
    }
    let hasAbsolute = thresholds.minimum != nil || thresholds.maximum != nil
    return CertificateJudgement(violations: violations, lacksBaseline: !hasAbsolute && baseline == nil)
  }

  private func absoluteViolations(_ measurement: Measurement, level: Double) -> [CertificateJudgement.Violation] {
    let value = measurement.value
    var violations: [CertificateJudgement.Violation] = []
    if let minimum = thresholds.minimum, value < minimum {
      let isCertain = isStrict || measurement.interval.map { $0.upper < minimum } ?? false
      violations.append(
        .init(
          kind: .belowMinimum, isCertain: isCertain, decidingCount: decidingCount(measurement, minimum, level: level)))
    }
    if let maximum = thresholds.maximum, value > maximum {
      let isCertain = isStrict || measurement.interval.map { $0.lower > maximum } ?? false
      violations.append(
        .init(
          kind: .aboveMaximum, isCertain: isCertain, decidingCount: decidingCount(measurement, maximum, level: level)))
    }
    return violations
  }

  private func decidingCount(_ measurement: Measurement, _ threshold: Double, level: Double) -> Int? {
    if let error = measurement.standardError {
      return SampleSize.mean(
        difference: measurement.value - threshold, standardError: error, count: measurement.exampleCount,
        significance: level)
    }
    guard measurement.interval != nil else { return nil }
    return SampleSize.proportion(measurement.value, against: threshold, significance: level)
  }

  /// Values that are shares of examples are not exact in binary: 0.9 - 0.89 is more than 0.01.
  private static let tolerance = 1e-12

  private func relativeViolations(
    _ value: Double, baseline: Double, change: MetricChange?, level: Double
  ) -> [CertificateJudgement.Violation] {
    let drop = metric.measure.isLowerBetter ? value - baseline : baseline - value
    let isCertain = isStrict || change?.p.map { $0 < level } ?? false
    let count = change?.decidingCount
    var violations: [CertificateJudgement.Violation] = []
    if let limit = thresholds.maximumDrop, drop > limit + Self.tolerance {
      violations.append(.init(kind: .dropped(by: drop), isCertain: isCertain, decidingCount: count))
    }
    if let limit = thresholds.maximumRelativeDrop, drop > limit * abs(baseline) + Self.tolerance {
      violations.append(
        .init(
          kind: .droppedRelatively(by: baseline == 0 ? .infinity : drop / abs(baseline)), isCertain: isCertain,
          decidingCount: count))
    }
    return violations
  }
}
