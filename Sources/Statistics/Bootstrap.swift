import Tensors

/// The bootstrap: what a statistic would have been on other samples, drawn with replacement from the one there is.
///
/// Resample b takes for its place i the example `CounterRandom(seed, "bootstrap").integer(at: b·n + i, below: n)` of the n
/// examples of a stratum, so that another program can draw the same ones; strata follow each other, each with a stream of its
/// own: "bootstrap", "bootstrap/1", "bootstrap/2", ….
///
/// - Determinism: a function of the seed and the order of the examples alone.
/// - Source: B. Efron, R. J. Tibshirani, "An introduction to the bootstrap", 1993, chapters 13 and 16.
/// - Checked by: BootstrapTests, against scipy.stats.bootstrap(method="percentile") with the same draws.
package struct Bootstrap: Sendable {
  package static let resampleCount = 2000

  /// Values of the statistic on the resamples, ascending.
  package let values: [Double]

  /// - Parameters:
  ///   - strata: indices of examples; each resample takes as many of each stratum as there are.
  ///   - statistic: of the examples with these indices, some more than once.
  package init(
    strata: [[Int]], seed: UInt64, resamples: Int = resampleCount, statistic: ([Int]) -> Double
  ) {
    let generators = strata.indices.map { stratum in
      CounterRandom(seed: seed, stream: stratum == 0 ? "bootstrap" : "bootstrap/\(stratum)")
    }
    var sample = [Int](repeating: 0, count: strata.reduce(0) { $0 + $1.count })
    var values: [Double] = []
    for resample in 0..<max(0, resamples) {
      var place = 0
      for (stratum, generator) in zip(strata, generators) {
        let start = UInt64(resample) &* UInt64(stratum.count)
        for index in stratum.indices {
          sample[place] = stratum[generator.integer(at: start &+ UInt64(index), below: stratum.count)]
          place += 1
        }
      }
      values.append(statistic(sample))
    }
    self.values = values.sorted()
  }

  /// One stratum of `count` examples.
  package init(
    count: Int, seed: UInt64, resamples: Int = resampleCount, statistic: ([Int]) -> Double
  ) {
    self.init(strata: [Array(0..<count)], seed: seed, resamples: resamples, statistic: statistic)
  }

  /// The percentile interval: the quantiles of (1 - level) / 2 and (1 + level) / 2.
  ///
  /// - NaN: values that are none give NaN bounds.
  package func interval(level: Double) -> ConfidenceInterval {
    ConfidenceInterval(lower: quantile((1 - level) / 2), upper: quantile((1 + level) / 2))
  }

  /// Between the two nearest values linearly, as numpy's percentile.
  package func quantile(_ share: Double) -> Double {
    guard let last = values.last, !values.contains(where: \.isNaN) else { return .nan }
    let position = min(max(share, 0), 1) * Double(values.count - 1)
    let below = Int(position)
    guard below + 1 < values.count else { return last }
    return values[below] + (values[below + 1] - values[below]) * (position - Double(below))
  }

  /// The deviation of the values, with n - 1.
  package var standardError: Double {
    guard values.count > 1 else { return 0 }
    let mean = values.reduce(0, +) / Double(values.count)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
  }

  /// For a statistic that is a difference: the two-sided p of none, 2 (1 + min(#<=0, #>=0)) / (B + 1), at most 1.
  package var pOfNoDifference: Double {
    guard !values.isEmpty else { return 1 }
    let notAbove = values.count { $0 <= 0 }
    let notBelow = values.count { $0 >= 0 }
    return min(1, 2 * Double(1 + min(notAbove, notBelow)) / Double(values.count + 1))
  }
}
