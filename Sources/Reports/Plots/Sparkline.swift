/// A row of numbers as one line of text: `▁▃▆█`.
package enum Sparkline {
  private static let levels: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// From the smallest to the largest of the values; all in the middle if they are equal. What is not finite is a blank.
  ///
  /// - Parameter range: what the lowest and the highest level stand for; values beyond it are cut.
  package static func text(_ values: [Double], in range: ClosedRange<Double>? = nil) -> String {
    let finite = values.filter(\.isFinite)
    guard let least = range?.lowerBound ?? finite.min(), let most = range?.upperBound ?? finite.max() else {
      return String(repeating: " ", count: values.count)
    }
    return String(
      values.map { value -> Character in
        guard value.isFinite else { return " " }
        // Halved, because the difference of two numbers may be too large for one.
        let span = most / 2 - least / 2
        guard span > 0 else { return levels[levels.count / 2 - 1] }
        let share = (value / 2 - least / 2) / span
        return levels[Int((min(max(share, 0), 1) * Double(levels.count - 1)).rounded())]
      })
  }

  /// At most so many values: each the mean of as many neighbours as the others, as far as that divides.
  package static func thinned(_ values: [Double], to limit: Int) -> [Double] {
    guard limit > 0, values.count > limit else { return values }
    return (0..<limit).map { index in
      let part = values[values.count * index / limit..<values.count * (index + 1) / limit]
      return part.reduce(0, +) / Double(part.count)
    }
  }
}
