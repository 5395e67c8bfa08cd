import Tensors
import Testing

struct SymmetricSpectrumTests {
  struct Case: Decodable, Sendable {
    let order: Int
    let matrix: [Double]
    /// In ascending order.
    let eigenvalues: [Double]
  }

  @Test func countsAndLargestAsNumpyHasThem() throws {
    for known in try goldenFile("spectrum.json", as: [Case].self) {
      let spectrum = SymmetricSpectrum(known.matrix, order: known.order)
      let scale = known.eigenvalues.reduce(0) { max($0, abs($1)) }
      let distinct = zip(known.eigenvalues, known.eigenvalues.dropFirst()).filter { $1 - $0 > 1e-8 * scale }
      let bounds = distinct.map { ($0 + $1) / 2 } + [-scale - 1, scale + 1]
      for bound in bounds {
        #expect(spectrum.count(above: bound) == known.eigenvalues.count { $0 > bound }, "\(known.order), \(bound)")
      }
      let largest = max(0, known.eigenvalues.last ?? 0)
      #expect(abs(spectrum.largest - largest) <= 1e-9 * max(scale, 1e-300), "\(known.order)")
    }
  }

  @Test func anEmptyMatrixHasNoEigenvalues() {
    let spectrum = SymmetricSpectrum([], order: 0)
    #expect(spectrum.count(above: -1) == 0)
    #expect(spectrum.largest == 0)
  }
}
