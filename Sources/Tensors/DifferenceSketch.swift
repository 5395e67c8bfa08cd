import COpenBLAS

/// The numerical rank of a change.
package struct NumericalRank: Sendable, Hashable {
  /// How many directions stand out of the rounding; at most `DifferenceSketch.largestRank + 1`.
  package let value: Int
  /// Whether the rank is `value` or more.
  package var isLowerBound: Bool { value > DifferenceSketch.largestRank }
}

/// Counts the directions in which a matrix changed, in one pass over its rows and without keeping them.
///
/// With D = b - a of shape [m, n], Ω of shape [n, l] with independent signs ±1, l = 72, and Y = DΩ/√l of shape [m, l], the
/// rank is the number of singular values of Y above
///
///     τ = max(2 s √(n/l) (√m + √l), 10⁻⁶ σ₁(Y))    s² = Σ ulp(b)²/12 / (m n), over the elements that changed
///
/// The first is twice the norm that the rounding of b to its dtype leaves in Y: a change of rank r that was added to
/// rounded weights has rank r here, not min(m, n). The second is the precision of the products.
/// - DType: F64, F32, BF16, F16; products in F32, their Gram matrix YᵀY, of shape [l, l], in F64.
/// - Ranges: ranks up to 64 are told exactly, all above as "more than 64"; n at most 65536, for the memory of Ω.
/// - Determinism: Ω depends on n alone; the order of the sums does not depend on threads. OpenBLAS' kernels differ in the
///   last bits between processors.
/// - NaN and infinity: elements that have them count as unchanged.
/// - Source: N. Halko, P.-G. Martinsson, J. A. Tropp, "Finding structure with randomness", SIAM Review 53, 2011, §4; for
///   √m + √l: M. Rudelson, R. Vershynin, "Non-asymptotic theory of random matrices", 2010, theorem 2.6.
/// - Checked by: DifferenceSketchTests, against numpy.
package struct DifferenceSketch: Sendable {
  package static let largestRank = 64
  private static let directionCount = 72
  private static let largestColumnCount = 1 << 16
  /// Floats of differences that are multiplied at a time.
  private static let blockElementCount = 1 << 16

  private let rowCount: Int
  private let columnCount: Int
  /// 2^(1 - precision) of the dtype.
  private let unit: Double
  /// Ω, [columnCount, directionCount].
  private let signs: [Float]
  private var block: [Float] = []
  private let blockCapacity: Int
  /// √l Y of one block, [rows of it, directionCount], as it is multiplied and as it is summed.
  private var products: [Float]
  private var wideProducts: [Double]
  /// l YᵀY, [directionCount, directionCount], upper triangle.
  private var gram = [Double](repeating: 0, count: directionCount * directionCount)
  private var squaredUlp = 0.0

  /// `nil` for what is no matrix, is too wide, has no numbers, or if OpenBLAS cannot be loaded. Convolutions of shape
  /// [out, in, …] are matrices of shape [out, in · …].
  package init?(shape: Shape, dtype: DType) {
    guard shape.dimensions.count >= 2, let rows = shape.dimensions.first, rows > 1,
      let unit = Self.unit(of: dtype)
    else { return nil }
    let columns = shape.elementCount / rows
    guard columns > 1, columns <= Self.largestColumnCount, rows <= Int(Int32.max), wgit_openblas_load() == nil else {
      return nil
    }
    rowCount = rows
    columnCount = columns
    self.unit = unit
    let rowsInBlock = max(1, Self.blockElementCount / columns)
    blockCapacity = rowsInBlock * columns
    block.reserveCapacity(blockCapacity)
    products = [Float](repeating: 0, count: rowsInBlock * Self.directionCount)
    wideProducts = [Double](repeating: 0, count: rowsInBlock * Self.directionCount)
    let random = CounterRandom(seed: 0, stream: UInt64(columns))
    signs = (0..<(columns * Self.directionCount)).map { index in
      random.bits(at: UInt64(index / 64)) >> UInt64(index % 64) & 1 == 0 ? 1 : -1
    }
  }

  private static func unit(of dtype: DType) -> Double? {
    switch dtype {
    case .f64: 0x1p-52
    case .f32: 0x1p-23
    case .bf16: 0x1p-7
    case .f16: 0x1p-10
    default: nil
    }
  }

  /// Adds the next elements of both matrices, in C order.
  mutating func add(before: UnsafeBufferPointer<Double>, after: UnsafeBufferPointer<Double>) {
    precondition(before.count == after.count)
    var done = 0
    while done < before.count {
      let count = min(before.count - done, blockCapacity - block.count)
      for index in done..<(done + count) {
        let difference = after[index] - before[index]
        let counts = difference != 0 && difference.isFinite
        block.append(counts ? Float(difference) : 0)
        let ulp = counts ? Self.binade(of: after[index]) * unit : 0
        squaredUlp += ulp * ulp
      }
      done += count
      if block.count == blockCapacity { multiply() }
    }
  }

  /// 2^⌊log₂ |x|⌋; 0 for 0.
  private static func binade(of number: Double) -> Double {
    Double(bitPattern: number.bitPattern & 0x7FF0_0000_0000_0000)
  }

  private mutating func multiply() {
    let rows = block.count / columnCount
    guard rows > 0 else { return }
    let width = Int32(Self.directionCount)
    wgit_sgemm(
      false, false, Int32(rows), width, Int32(columnCount), 1, block, Int32(columnCount), signs, width, 0, &products,
      width)
    for index in 0..<(rows * Self.directionCount) { wideProducts[index] = Double(products[index]) }
    wgit_dsyrk_transposed(width, Int32(rows), 1, wideProducts, width, 1, &gram, width)
    block.removeAll(keepingCapacity: true)
  }

  /// The rank, once every element was added; `nil` if differences are too large for F32.
  mutating func rank() -> NumericalRank? {
    multiply()
    let count = Self.directionCount
    for row in 0..<count {
      for column in 0..<row { gram[row * count + column] = gram[column * count + row] }
    }
    guard gram.allSatisfy(\.isFinite) else { return nil }
    let directions = Double(count)
    let spectrum = SymmetricSpectrum(gram.map { $0 / directions }, order: count)
    let (rows, columns) = (Double(rowCount), Double(columnCount))
    let rounding = (squaredUlp / (12 * rows * columns)).squareRoot()
    let noise = 2 * rounding * (columns / directions).squareRoot() * (rows.squareRoot() + directions.squareRoot())
    let threshold = max(noise * noise, 1e-12 * spectrum.largest)
    return NumericalRank(value: min(spectrum.count(above: threshold), Self.largestRank + 1))
  }
}
