/// A change of an image's size by weighing the pixels around each place, as Pillow's `Image.resize` computes it on bytes:
/// first along rows, then along columns, with weights of 22 bits.
///
/// Pillow from version 13 on goes along columns first where an image becomes wider and lower; that differs by 1 at most.
///
/// Where an image shrinks, the window grows with it (antialiasing). Determinism: one thread, integers.
/// Source: Pillow, `Resample.c`. Checked by: ResizeTests, against Pillow.
struct Resampling: Sendable {
  enum Filter: String, CaseIterable, Sendable {
    case bilinear
    /// a = -0.5.
    case bicubic

    var support: Double { self == .bilinear ? 1 : 2 }

    func weight(_ distance: Double) -> Double {
      let x = abs(distance)
      switch self {
      case .bilinear: return x < 1 ? 1 - x : 0
      case .bicubic:
        if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0
      }
    }
  }

  /// Which inputs make each output along one axis.
  private struct Axis: Sendable {
    let firsts: [Int]
    /// Weights of each output, `windowCount` apart.
    let weights: [Int32]
    let counts: [Int]
    let windowCount: Int

    init(from input: Int, to output: Int, filter: Filter) {
      let scale = Double(input) / Double(output)
      let filterScale = max(scale, 1)
      let support = filter.support * filterScale
      windowCount = Int(support.rounded(.up)) * 2 + 1
      var (firsts, counts, weights) = ([Int](), [Int](), [Int32](repeating: 0, count: output * windowCount))
      for place in 0..<output {
        let center = (Double(place) + 0.5) * scale
        let first = max(Int(center - support + 0.5), 0)
        let count = min(Int(center + support + 0.5), input) - first
        let window = (0..<count).map { filter.weight((Double($0 + first) - center + 0.5) * (1 / filterScale)) }
        let sum = window.reduce(0, +)
        for (index, weight) in window.enumerated() {
          let scaled = (sum != 0 ? weight / sum : weight) * Double(1 << Resampling.precision)
          weights[place * windowCount + index] = Int32(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
        }
        firsts.append(first)
        counts.append(count)
      }
      (self.firsts, self.counts, self.weights) = (firsts, counts, weights)
    }
  }

  private static let precision: Int32 = 22

  let inputHeight: Int
  let inputWidth: Int
  let outputHeight: Int
  let outputWidth: Int
  private let channels: Int
  private let rows: Axis?
  private let columns: Axis?

  init(
    height: Int, width: Int, channels: Int, toHeight outputHeight: Int, width outputWidth: Int, filter: Filter
  ) {
    (inputHeight, inputWidth, self.channels) = (height, width, channels)
    (self.outputHeight, self.outputWidth) = (outputHeight, outputWidth)
    columns = width == outputWidth ? nil : Axis(from: width, to: outputWidth, filter: filter)
    rows = height == outputHeight ? nil : Axis(from: height, to: outputHeight, filter: filter)
  }

  /// Shapes: source [inputHeight, inputWidth, channels], target [outputHeight, outputWidth, channels]; they must not
  /// overlap.
  func apply(_ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>) {
    let middleCount = inputHeight * outputWidth * channels
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: columns == nil ? 0 : middleCount) { memory in
      var middle = source
      if let columns, let start = rows == nil ? target : memory.baseAddress {
        for y in 0..<inputHeight {
          weigh(
            source + y * inputWidth * channels, by: columns, step: channels, lanes: channels,
            into: start + y * outputWidth * channels)
        }
        middle = UnsafePointer(start)
      }
      let rowCount = outputWidth * channels
      if let rows {
        weigh(middle, by: rows, step: rowCount, lanes: rowCount, into: target)
      } else if columns == nil {
        target.update(from: source, count: inputHeight * rowCount)
      }
    }
  }

  /// target[place, lane] = the weighted sum of source[first..., lane], lanes lying together.
  private func weigh(
    _ source: UnsafePointer<UInt8>, by axis: Axis, step: Int, lanes: Int, into target: UnsafeMutablePointer<UInt8>
  ) {
    axis.weights.withUnsafeBufferPointer { weights in
      for place in axis.firsts.indices {
        let (first, count) = (axis.firsts[place], axis.counts[place])
        let start = place * axis.windowCount
        for lane in 0..<lanes {
          var sum: Int32 = 1 << (Self.precision - 1)
          for index in 0..<count { sum &+= Int32(source[(first + index) * step + lane]) &* weights[start + index] }
          target[place * step + lane] = UInt8(clamping: sum >> Self.precision)
        }
      }
    }
  }
}
