import Foundation
import Statistics
import Testing

/// Against scipy, by `Golden/generate_paired.py`.
struct PairedComparisonTests {
  private struct Golden: Decodable {
    struct Case: Decodable {
      let differences: [Double]
      let mean, standardError, p, signP: Double
      let ahead, behind: Int
    }
    struct Tail: Decodable { let t, freedom, p: Double }
    let cases: [Case]
    let tails: [Tail]
  }

  private let golden: Golden

  init() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/paired.json")
    golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }

  private func agree(_ value: Double?, _ expected: Double, _ subject: String) {
    #expect(
      abs((value ?? .nan) - expected) <= 1e-9 * abs(expected),
      "\(subject): \(String(describing: value)), not \(expected)")
  }

  @Test func pairedTTests() {
    for (number, known) in golden.cases.enumerated() {
      let comparison = PairedComparison(differences: known.differences)
      agree(comparison.mean, known.mean, "mean of \(number)")
      agree(comparison.standardError, known.standardError, "error of \(number)")
      agree(comparison.p, known.p, "p of \(number)")
      agree(comparison.signP, known.signP, "sign test of \(number)")
      #expect(comparison.positiveCount == known.ahead && comparison.negativeCount == known.behind)
    }
  }

  @Test func tailsOfStudentsDistribution() {
    for known in golden.tails {
      agree(StudentDistribution.twoSidedP(known.t, freedom: known.freedom), known.p, "\(known)")
    }
    #expect(StudentDistribution.twoSidedP(0, freedom: 3) == 1)
    #expect(StudentDistribution.twoSidedP(-.infinity, freedom: 3) == 0)
    #expect(StudentDistribution.twoSidedP(.nan, freedom: 3).isNaN)
  }

  @Test func fewPairs() {
    #expect(PairedComparison(differences: []).mean == 0 && PairedComparison(differences: []).p == nil)
    #expect(PairedComparison(differences: [0.5]).standardError == nil)
    #expect(PairedComparison(differences: [0.5, 0.5]).p == 0)
    #expect(PairedComparison(differences: [0, 0]).p == 1 && PairedComparison(differences: [0, 0]).signP == 1)
  }
}
