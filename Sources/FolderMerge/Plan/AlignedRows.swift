import Checkpoints
import Merging
import Synchronization
import Tensors

/// One model's vocabulary tensor with its rows where the merged vocabulary has them.
///
/// - DType: the models' own if they all have one and no row is a mean; else F64.
/// - Checked by: VocabularyMergeTests, MergekitGoldenTests.
package struct AlignedRows: TensorReader {
  package let dtype: DType
  package let shape: Shape
  private let sources: [VocabularyRows.Source]
  /// The models of the merge, this one among them.
  private let readers: [any TensorReader]
  private let own: Int
  private let rowElementCount: Int
  private let mean: LazyRow

  /// - Parameters:
  ///   - rows: of the merged vocabulary.
  ///   - readers: the tensor of each model.
  ///   - own: which of them this is.
  /// - Throws: `TensorError` for a shape that is too large.
  package init(_ rows: VocabularyRows, readers: [any TensorReader], own: Int) throws {
    self.readers = readers
    self.own = own
    sources = rows.sources[own]
    let rest = Array(readers[own].shape.dimensions.dropFirst())
    shape = try Shape([rows.rowCount] + rest)
    rowElementCount = try Shape(rest).elementCount
    let types = Set(readers.map(\.dtype))
    let needsMeans = rows.sources.joined().contains { source in
      switch source {
      case .mean, .meanOfAll: true
      case .own, .row, .zero: false
      }
    }
    dtype = needsMeans || types.count > 1 ? .f64 : readers[own].dtype
    mean = LazyRow(rows.tokenRows)
  }

  package func read(elements: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws {
    let width = dtype.bitWidth / 8
    var position = elements.lowerBound
    while position < elements.upperBound {
      let row = position / rowElementCount
      let column = position - row * rowElementCount
      // As many rows as stand together where they come from.
      let rowCount = run(from: row, limit: (elements.upperBound - 1) / rowElementCount + 1)
      let end = min(elements.upperBound, (row + rowCount) * rowElementCount)
      let start = (position - elements.lowerBound) * width
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[start..<start + (end - position) * width])
      try read(row, column: column, count: end - position, into: part)
      position = end
    }
  }

  private func place(_ row: Int) -> (model: Int, row: Int)? {
    switch sources[row] {
    case .own(let row): (own, row)
    case .row(let model, let row): (model, row)
    case .mean, .meanOfAll, .zero: nil
    }
  }

  private func run(from row: Int, limit: Int) -> Int {
    guard let first = place(row) else { return 1 }
    var count = 1
    while row + count < limit, let next = place(row + count), next.model == first.model, next.row == first.row + count {
      count += 1
    }
    return count
  }

  private func read(_ row: Int, column: Int, count: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    if let place = place(row) {
      let start = place.row * rowElementCount + column
      return try read(readers[place.model], start..<start + count, into: buffer)
    }
    switch sources[row] {
    case .mean(let rows):
      var sums = [Double](repeating: 0, count: count)
      for part in rows {
        let start = part.row * rowElementCount + column
        try add(readers[part.model], start..<start + count, to: &sums)
      }
      for index in sums.indices { sums[index] /= Double(rows.count) }
      sums.withUnsafeBytes { buffer.copyMemory(from: $0) }
    case .meanOfAll:
      let values = try mean.value { try meanOfTokenRows($0) }
      values[column..<column + count].withUnsafeBytes { buffer.copyMemory(from: $0) }
    case .own, .row, .zero: buffer.initializeMemory(as: UInt8.self, repeating: 0)
    }
  }

  private func read(
    _ reader: any TensorReader, _ elements: Range<Int>, into buffer: UnsafeMutableRawBufferPointer
  ) throws {
    guard reader.dtype != dtype else { return try reader.read(elements: elements, into: buffer) }
    let values = UnsafeMutableBufferPointer<Double>.allocate(capacity: elements.count)
    defer { values.deallocate() }
    try reader.decode(elements, into: values)
    buffer.copyMemory(from: UnsafeRawBufferPointer(values))
  }

  private func add(_ reader: any TensorReader, _ elements: Range<Int>, to sums: inout [Double]) throws {
    let values = UnsafeMutableBufferPointer<Double>.allocate(capacity: elements.count)
    defer { values.deallocate() }
    try reader.decode(elements, into: values)
    for index in sums.indices { sums[index] += values[index] }
  }

  /// The mean of the rows that have a token, as this model has them.
  private func meanOfTokenRows(_ rows: [Int]) throws -> [Double] {
    var sums = [Double](repeating: 0, count: rowElementCount)
    var count = 0
    for row in rows {
      switch sources[row] {
      case .meanOfAll: continue
      case .zero: count += 1
      case .own, .row, .mean:
        let values = try [Double](unsafeUninitializedCapacity: rowElementCount) { buffer, initialized in
          let part = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<rowElementCount]))
          if dtype == .f64 {
            try read(row, column: 0, count: rowElementCount, into: part)
          }
          initialized = rowElementCount
        }
        for index in sums.indices { sums[index] += values[index] }
        count += 1
      }
    }
    return sums.map { $0 / Double(max(1, count)) }
  }
}

/// A row that is computed when it is first needed.
private final class LazyRow: Sendable {
  private let rows: [Int]
  private let kept = Mutex<[Double]?>(nil)

  init(_ rows: [Int]) {
    self.rows = rows
  }

  func value(_ compute: ([Int]) throws -> [Double]) throws -> [Double] {
    try kept.withLock { kept in
      if let kept { return kept }
      let new = try compute(rows)
      kept = new
      return new
    }
  }
}
