/// How the gradient of a convolution's input is again made of convolutions, of the output's gradient with zeros around it.
///
/// An input pixel i was seen by tap k at output o where i = stride o + dilation k - padding. For pixels with the same
/// (i + padding) mod stride these are the same taps, so each such part of the input is one convolution of stride 1.
struct ConvolutionGradient {
  struct Tap {
    /// Of the kernel, row by row.
    let index: Int
    /// From the window's origin, in pixels of the padded gradient.
    let offset: Pair
  }

  struct Part {
    /// The first pixel of the input; the others follow at distances of the stride.
    let input: Pair
    let count: Pair
    /// The origin of the first pixel's window in the padded gradient.
    let first: Pair
    let taps: [Tap]
  }

  /// Of the padded gradient.
  let size: Pair
  /// Where the gradient lies in it.
  let place: Pair
  let parts: [Part]
  /// Whether every pixel of the input belongs to a part; others have a gradient of zero.
  let coversInput: Bool

  init(_ geometry: WindowGeometry) {
    let rows = Axis(
      input: geometry.input.height, output: geometry.output.height, kernel: geometry.kernel.height,
      stride: geometry.stride.height, padding: geometry.padding.height, dilation: geometry.dilation.height)
    let columns = Axis(
      input: geometry.input.width, output: geometry.output.width, kernel: geometry.kernel.width,
      stride: geometry.stride.width, padding: geometry.padding.width, dilation: geometry.dilation.width)
    size = Pair(rows.high - rows.low + 1, columns.high - columns.low + 1)
    place = Pair(-rows.low, -columns.low)
    coversInput = rows.coversInput && columns.coversInput
    parts = rows.classes.flatMap { row in
      columns.classes.map { column in
        Part(
          input: Pair(row.input, column.input), count: Pair(row.count, column.count),
          first: Pair(row.origin - rows.low, column.origin - columns.low),
          taps: row.taps.flatMap { rowTap in
            column.taps.map { columnTap in
              Tap(
                index: rowTap.index * geometry.kernel.width + columnTap.index,
                offset: Pair(-rowTap.distance, -columnTap.distance))
            }
          })
      }
    }
  }

  /// The same along one dimension.
  private struct Axis {
    struct Class {
      let input: Int
      let count: Int
      /// The output the first pixel's window begins at.
      let origin: Int
      /// Taps and how far before the origin they look.
      let taps: [(index: Int, distance: Int)]
    }

    private(set) var classes: [Class] = []
    private(set) var coversInput = true
    /// The outputs that are looked at, beyond 0 and the last as well.
    private(set) var low = 0
    private(set) var high: Int

    init(input: Int, output: Int, kernel: Int, stride: Int, padding: Int, dilation: Int) {
      high = output - 1
      for remainder in 0..<stride {
        let origin = max(0, (padding - remainder + stride - 1) / stride)
        let first = remainder - padding + stride * origin
        guard first < input else { continue }
        let taps = (0..<kernel).filter { $0 * dilation % stride == remainder }.map {
          (index: $0, distance: ($0 * dilation - remainder) / stride)
        }
        guard let nearest = taps.first?.distance, let farthest = taps.last?.distance else {
          coversInput = false
          continue
        }
        let count = (input - 1 - first) / stride + 1
        classes.append(Class(input: first, count: count, origin: origin, taps: taps))
        low = min(low, origin - farthest)
        high = max(high, origin + count - 1 - nearest)
      }
    }
  }
}
