import Merging
import Synchronization
import Tensors

/// The types that adapters are computed in.
protocol AdapterElement: BinaryFloatingPoint, Sendable {
  static var dtype: DType { get }
  static func decode(
    _ source: UnsafeRawBufferPointer, as dtype: DType, into destination: UnsafeMutableBufferPointer<Self>
  ) throws(TensorError)
}

extension Float: AdapterElement {
  static var dtype: DType { .f32 }

  static func decode(
    _ source: UnsafeRawBufferPointer, as dtype: DType, into destination: UnsafeMutableBufferPointer<Float>
  ) throws(TensorError) {
    try FloatConversion.decode(source, as: dtype, into: destination)
  }
}

extension Double: AdapterElement {
  static var dtype: DType { .f64 }

  static func decode(
    _ source: UnsafeRawBufferPointer, as dtype: DType, into destination: UnsafeMutableBufferPointer<Double>
  ) throws(TensorError) {
    try FloatConversion.decode(source, as: dtype, into: destination)
  }
}

/// Which way round the product of the factors lies on the stored matrix.
struct ProductLayout: Hashable, Sendable {
  /// Of the stored matrix: all axes but the first count as columns.
  let rowCount: Int
  let columnCount: Int
  /// Whether the matrix is stored as [in, out]: its columns, not its rows, are the outputs.
  let isTransposed: Bool

  /// - Parameter shape: of the tensor that the product is added to.
  /// - Throws: `FolderMergeError.badAdapter`, naming the shapes.
  init(_ product: Adapter.Product, of adapter: Adapter, on shape: Shape, tensor: String) throws {
    let a = adapter.weights.descriptor(product.a)?.shape ?? shape
    let b = adapter.weights.descriptor(product.b)?.shape ?? shape
    let inputs = a.elementCount / product.rank
    let outputs = b.elementCount / product.rank
    let rows = shape.dimensions.first ?? 0
    let columns = rows == 0 ? 0 : shape.elementCount / rows
    let isOrdered = b.rank >= 2 && b.dimensions[1] == product.rank
    let fits = rows == outputs && columns == inputs && !product.isEmbedding
    let fitsTransposed = shape.rank == 2 && rows == inputs && columns == outputs
    guard isOrdered, fits || fitsTransposed else {
      throw FolderMergeError(
        .badAdapter,
        "'\(adapter.name)': the factors of '\(tensor)' have the shapes \(a) and \(b), which do not fit \(shape)",
        subjects: [tensor])
    }
    rowCount = rows
    columnCount = columns
    // Only a square matrix leaves it to the configuration.
    isTransposed = fits && fitsTransposed ? adapter.configuration.fanInFanOut : !fits
  }
}

/// The factors of one product in memory: row i, column j gets Σ_r left[i, r] · right[r, j].
final class LowRankFactors<Element: AdapterElement>: Sendable {
  let rank: Int
  /// [rows, rank], with the scaling.
  let left: [Element]
  /// [rank, columns].
  let right: [Element]
  /// DoRA: what the rows, or with a transposed matrix the columns, of the sum are multiplied by.
  let lengths: [Element]?
  let layout: ProductLayout

  /// - Parameters:
  ///   - weight: the user's, on top of the adapter's own scaling.
  ///   - base: the matrix as it was before any adapter, for DoRA's norms.
  init(
    _ product: Adapter.Product, of adapter: Adapter, weight: Double, layout: ProductLayout, base: any TensorReader
  ) throws {
    let scaling = Element(product.scaling * weight)
    let a = try LowRankFactors.values(product.a, of: adapter)
    let b = try LowRankFactors.values(product.b, of: adapter)
    let rank = product.rank
    // a is [rank, inputs], b is [outputs, rank].
    let byRow = layout.isTransposed ? LowRankFactors.transposed(a, rank, layout.rowCount) : b
    self.rank = rank
    left = byRow.map { $0 * scaling }
    right = layout.isTransposed ? LowRankFactors.transposed(b, layout.columnCount, rank) : a
    self.layout = layout
    guard let magnitude = product.magnitude else {
      lengths = nil
      return
    }
    let norms = try LowRankFactors.norms(left: left, right: right, rank: rank, layout: layout, base: base)
    let magnitudes: [Double] = try LowRankFactors<Double>.values(magnitude, of: adapter)
    guard magnitudes.count == norms.count else {
      throw FolderMergeError(
        .badAdapter, "'\(adapter.name)': '\(magnitude)' has \(magnitudes.count) lengths for \(norms.count) outputs")
    }
    lengths = zip(magnitudes, norms).map { Element($0 / $1) }
  }

  static func values(_ tensor: String, of adapter: Adapter) throws -> [Element] {
    guard let descriptor = adapter.weights.descriptor(tensor) else { return [] }
    let bytes = try adapter.weights.bytes(tensor)
    return try [Element](unsafeUninitializedCapacity: descriptor.shape.elementCount) { buffer, count in
      let values = UnsafeMutableBufferPointer(rebasing: buffer[..<descriptor.shape.elementCount])
      try bytes.withUnsafeBytes { try Element.decode($0, as: descriptor.dtype, into: values) }
      count = values.count
    }
  }

  /// The transposed of a [rows, columns] matrix.
  private static func transposed(_ values: [Element], _ rows: Int, _ columns: Int) -> [Element] {
    var result = [Element](repeating: 0, count: values.count)
    for row in 0..<rows {
      for column in 0..<columns { result[column * rows + row] = values[row * columns + column] }
    }
    return result
  }

  /// Adds the product to some elements of the matrix, then brings them to DoRA's lengths.
  ///
  /// - Parameter values: elements `elements` of the matrix in C order.
  func apply(to values: UnsafeMutableBufferPointer<Element>, elements: Range<Int>) {
    forEachRow(of: elements) { row, columns, offset in
      let part = UnsafeMutableBufferPointer(rebasing: values[offset..<offset + columns.count])
      addRow(row, columns, to: part)
      guard let lengths else { return }
      if layout.isTransposed {
        for index in part.indices { part[index] *= lengths[columns.lowerBound + index] }
      } else {
        let length = lengths[row]
        for index in part.indices { part[index] *= length }
      }
    }
  }

  private func forEachRow(of elements: Range<Int>, _ body: (_ row: Int, _ columns: Range<Int>, _ offset: Int) -> Void) {
    LowRankFactors.forEachRow(of: elements, columnCount: layout.columnCount, body)
  }

  private static func forEachRow(
    of elements: Range<Int>, columnCount: Int, _ body: (_ row: Int, _ columns: Range<Int>, _ offset: Int) -> Void
  ) {
    var position = elements.lowerBound
    while position < elements.upperBound {
      let row = position / columnCount
      let column = position - row * columnCount
      let count = min(columnCount - column, elements.upperBound - position)
      body(row, column..<column + count, position - elements.lowerBound)
      position += count
    }
  }

  private func addRow(_ row: Int, _ columns: Range<Int>, to values: UnsafeMutableBufferPointer<Element>) {
    LowRankFactors.addRow(row, columns, left, right, rank, layout.columnCount, to: values)
  }

  /// values[j] += Σ_r left[row, r] · right[r, j]: four ranks at a time, so that sums are loaded and stored less often.
  @inline(__always)
  private static func addRow(
    _ row: Int, _ columns: Range<Int>, _ left: [Element], _ right: [Element], _ rank: Int, _ columnCount: Int,
    to values: UnsafeMutableBufferPointer<Element>
  ) {
    guard let sums = values.baseAddress else { return }
    let count = values.count
    left.withUnsafeBufferPointer { left in
      right.withUnsafeBufferPointer { right in
        guard let coefficients = left.baseAddress.map({ $0 + row * rank }),
          let start = right.baseAddress.map({ $0 + columns.lowerBound })
        else { return }
        var r = 0
        while r + 4 <= rank {
          let (c0, c1, c2, c3) = (coefficients[r], coefficients[r + 1], coefficients[r + 2], coefficients[r + 3])
          let r0 = start + r * columnCount
          let r1 = r0 + columnCount
          let r2 = r1 + columnCount
          let r3 = r2 + columnCount
          for j in 0..<count { sums[j] += (c0 * r0[j] + c1 * r1[j]) + (c2 * r2[j] + c3 * r3[j]) }
          r += 4
        }
        while r < rank {
          let c = coefficients[r]
          let values = start + r * columnCount
          for j in 0..<count { sums[j] += c * values[j] }
          r += 1
        }
      }
    }
  }

  /// ‖W + s·B·A‖₂ of each output.
  private static func norms(
    left: [Element], right: [Element], rank: Int, layout: ProductLayout, base: any TensorReader
  ) throws -> [Double] {
    let columnCount = layout.columnCount
    var squares = [Double](repeating: 0, count: layout.isTransposed ? columnCount : layout.rowCount)
    let rowsAtOnce = max(1, (1 << 18) / max(1, columnCount))
    let values = UnsafeMutableBufferPointer<Element>.allocate(capacity: rowsAtOnce * columnCount)
    defer { values.deallocate() }
    for first in stride(from: 0, to: layout.rowCount, by: rowsAtOnce) {
      let rows = first..<min(first + rowsAtOnce, layout.rowCount)
      let elements = rows.lowerBound * columnCount..<rows.upperBound * columnCount
      let part = UnsafeMutableBufferPointer(rebasing: values[..<elements.count])
      try base.decode(elements, into: part)
      forEachRow(of: elements, columnCount: columnCount) { row, columns, offset in
        let numbers = UnsafeMutableBufferPointer(rebasing: part[offset..<offset + columns.count])
        addRow(row, columns, left, right, rank, columnCount, to: numbers)
        if layout.isTransposed {
          for j in numbers.indices { squares[columns.lowerBound + j] += Double(numbers[j]) * Double(numbers[j]) }
        } else {
          squares[row] += numbers.reduce(0) { $0 + Double($1) * Double($1) }
        }
      }
    }
    return squares.map { $0.squareRoot() }
  }
}

extension TensorReader {
  /// Reads elements as numbers.
  func decode<Element: AdapterElement>(_ elements: Range<Int>, into values: UnsafeMutableBufferPointer<Element>) throws
  {
    let raw = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(1, elements.count * dtype.bitWidth / 8), alignment: 64)
    defer { raw.deallocate() }
    let part = UnsafeMutableRawBufferPointer(rebasing: raw[..<(elements.count * dtype.bitWidth / 8)])
    try read(elements: elements, into: part)
    try Element.decode(UnsafeRawBufferPointer(part), as: dtype, into: values)
  }
}
