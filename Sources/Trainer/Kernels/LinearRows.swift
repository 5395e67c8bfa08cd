import CLayerKernels

/// The rows a Linear multiplies by its weights, arranged so that the weights are read as they lie: in panels of 32 rows,
/// each [features, 32].
struct LinearRows {
  let features: Int
  let rowCount: Int
  let arranged: UnsafeMutablePointer<Float>
  let kernels: VectorKernels

  private static let panelWidth = 32

  static func arrangedCount(features: Int, rowCount: Int) -> Int {
    (rowCount + panelWidth - 1) / panelWidth * panelWidth * features
  }

  /// Floats `multiply` needs for one panel of so many outputs.
  static func temporaryCount(outputs: Int, rowCount: Int) -> Int { outputs * panelWidth }

  /// Puts rows in their places. Shapes: rows [rowCount, features].
  func arrange(_ rows: UnsafePointer<Float>, rowCount: Int, firstRow: Int) {
    var row = 0
    while row < rowCount {
      let (panel, place) = (firstRow + row).quotientAndRemainder(dividingBy: Self.panelWidth)
      let count = min(Self.panelWidth - place, rowCount - row)
      kernels.c.transpose(
        Int64(count), Int64(features), rows + row * features, Int64(features),
        arranged + panel * Self.panelWidth * features + place, Int64(Self.panelWidth))
      row += count
    }
  }

  /// y[·, outputs] <- rows W[outputs, ·]ᵀ + b[outputs], for all rows.
  ///
  /// Shapes: weight [outputCount, features], bias [outputCount], target [rowCount, outputCount].
  func multiply(
    outputs: Range<Int>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    temporary: UnsafeMutablePointer<Float>, into target: UnsafeMutablePointer<Float>, outputCount: Int
  ) {
    var segment: Int32 = 0
    withUnsafePointer(to: &segment) { segment in
      for first in stride(from: 0, to: rowCount, by: Self.panelWidth) {
        let count = min(Self.panelWidth, rowCount - first)
        var product = wgit_window_product_t(
          imageCount: 1, lineCount: 1, lineLength: Int32(outputs.count), columnCount: Int32(count),
          a: weight + outputs.lowerBound * features, aImage: 0, aLine: 0, aStep: Int64(features), segmentCount: 1,
          depth: Int32(features), segments: segment, b: UnsafePointer(arranged) + first * features,
          bStride: Int64(Self.panelWidth), bias: nil, c: temporary, cImage: 0, cLine: 0,
          cStep: Int64(Self.panelWidth), adds: false)
        kernels.c.window_product(&product)
        let place = target + first * outputCount + outputs.lowerBound
        kernels.c.transpose(
          Int64(outputs.count), Int64(count), temporary, Int64(Self.panelWidth), place, Int64(outputCount))
        guard let bias else { continue }
        for row in 0..<count {
          let start = place + row * outputCount
          kernels.c.add(Int64(outputs.count), start, bias + outputs.lowerBound, start)
        }
      }
    }
  }
}
