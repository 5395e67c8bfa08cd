/// Scores of predicted classes. A prediction below 0 is none: always wrong, and no class of its own.
///
/// - Ranges: 0...1; 0 of no examples.
/// - Checked by: StatisticsTests, against scikit-learn.
package enum ClassificationScores {
  /// The mean over the classes that occur among the labels of the share told right.
  package static func balancedAccuracy(labels: [Int32], predictions: [Int32]) -> Double {
    let counts = Counts(labels, predictions)
    let recalls = counts.classes.filter { $0.labelled > 0 }.map { Double($0.right) / Double($0.labelled) }
    return recalls.isEmpty ? 0 : recalls.reduce(0, +) / Double(recalls.count)
  }

  /// The mean of 2 TP / (2 TP + FP + FN) over the classes that occur among labels or predictions.
  package static func macroF1(labels: [Int32], predictions: [Int32]) -> Double {
    let counts = Counts(labels, predictions)
    let scores = counts.classes.filter { $0.labelled + $0.predicted > 0 }.map {
      2 * Double($0.right) / Double($0.labelled + $0.predicted)
    }
    return scores.isEmpty ? 0 : scores.reduce(0, +) / Double(scores.count)
  }

  private struct Counts {
    var classes: [(labelled: Int, predicted: Int, right: Int)]

    init(_ labels: [Int32], _ predictions: [Int32]) {
      let largest = max(labels.max() ?? -1, predictions.max() ?? -1)
      classes = Array(repeating: (0, 0, 0), count: Int(largest) + 1)
      for (label, prediction) in zip(labels, predictions) {
        if label >= 0 { classes[Int(label)].labelled += 1 }
        if prediction >= 0 { classes[Int(prediction)].predicted += 1 }
        if label >= 0, label == prediction { classes[Int(label)].right += 1 }
      }
    }
  }
}

/// The expected calibration error: Σ over bins of (share of the examples) |accuracy - mean confidence|.
///
/// Bins are (0, 1/m], (1/m, 2/m], …; a confidence of 0 belongs to the first. NaN belongs to the last.
/// - Source: C. Guo et al., "On calibration of modern neural networks", ICML 2017, equation 3.
/// - Checked by: StatisticsTests, against the definition in numpy.
package enum CalibrationError {
  package static let binCount = 15

  package static func expected(
    confidences: some Sequence<Double>, correct: some Sequence<Bool>, bins: Int = binCount
  ) -> Double {
    var sums = Array(repeating: (count: 0, confidence: 0.0, right: 0), count: bins)
    var count = 0
    for (confidence, isRight) in zip(confidences, correct) {
      let position = (confidence * Double(bins)).rounded(.up) - 1
      let bin = position.isNaN ? bins - 1 : Int(min(max(position, 0), Double(bins - 1)))
      sums[bin].count += 1
      sums[bin].confidence += confidence
      if isRight { sums[bin].right += 1 }
      count += 1
    }
    guard count > 0 else { return 0 }
    return sums.reduce(0) { $0 + abs(Double($1.right) - $1.confidence) } / Double(count)
  }
}
