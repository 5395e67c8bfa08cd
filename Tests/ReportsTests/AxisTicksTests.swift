import Reports
import Testing

struct AxisTicksTests {
  @Test(arguments: [
    (0.0...1.0, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"], 6),
    (0.6...0.675, ["0.60", "0.62", "0.64", "0.66", "0.68"], 5),
    (-3.0...7.0, ["-5", "0", "5", "10"], 5),
    (0.0...2_500_000.0, ["0", "1e6", "2e6", "3e6"], 5),
    (0.0...4e8, ["0", "1e8", "2e8", "3e8", "4e8"], 5),
    (0.0...3.2e-7, ["0", "1e-7", "2e-7", "3e-7", "4e-7"], 5),
    (50.0...50.0, ["46", "48", "50", "52", "54"], 5),
    (0.0...0.0, ["-0.5", "0", "0.5"], 5),
  ])
  func ticksAreRoundAndEnclose(_ range: ClosedRange<Double>, _ labels: [String], _ count: Int) {
    let ticks = AxisTicks(enclosing: range, count: count)
    #expect(ticks.labels == labels)
    #expect(ticks.range.lowerBound <= range.lowerBound && ticks.range.upperBound >= range.upperBound)
    #expect(ticks.values == ticks.values.sorted())
  }

  @Test(
    arguments: [
      -1e300...1e300, -Double.greatestFiniteMagnitude...(.greatestFiniteMagnitude), -(.infinity)...(.infinity),
      (Double.leastNonzeroMagnitude)...(Double.leastNormalMagnitude), 1e300...1.0000000001e300,
      0.1...0.1000000000000001,
    ] as [ClosedRange<Double>])
  func extremesHaveFewTicksToo(_ range: ClosedRange<Double>) {
    let ticks = AxisTicks(enclosing: range)
    #expect((2...12).contains(ticks.values.count))
    #expect(ticks.range.lowerBound < ticks.range.upperBound)
  }
}
