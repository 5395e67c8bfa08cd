import CLayerKernels

/// The three products of a convolution, on images that lie height, width, channels.
///
/// A window is a few runs of neighbouring floats of the padded image, so the products read images where they lie and no
/// matrix of windows is written (`wgit_window_product`). Weights lie groups, height, width, in, out.
struct Convolution {
  let geometry: WindowGeometry
  let outChannels: Int
  let groupCount: Int

  init(_ geometry: WindowGeometry, outChannels: Int, groupCount: Int) {
    self.geometry = geometry
    self.outChannels = outChannels
    self.groupCount = groupCount
  }

  private var inPerGroup: Int { geometry.channels / groupCount }
  private var outPerGroup: Int { outChannels / groupCount }
  private var kernel: Pair { geometry.kernel }
  private var tapCount: Int { kernel.height * kernel.width }
  private var outputCount: Int { geometry.output.height * geometry.output.width * outChannels }

  /// Floats of the padded image, or of the padded gradient of the output, of one sample.
  var temporaryCount: Int {
    max(
      isPadded ? paddedSize.height * paddedSize.width * geometry.channels : 0,
      gradient.size.height * gradient.size.width * outChannels)
  }

  private var isPadded: Bool { geometry.padding != Pair(0) }

  private var paddedSize: Pair {
    Pair(
      geometry.input.height + 2 * geometry.padding.height, geometry.input.width + 2 * geometry.padding.width)
  }

  private var gradient: ConvolutionGradient { ConvolutionGradient(geometry) }

  /// y <- bias + x * weight. Shapes: bias [outChannels].
  func forward(_ pass: ForwardPass, bias: UnsafePointer<Float>?) {
    let images = padded(pass.input, sampleCount: pass.sampleCount, memory: pass.temporary)
    let segments = segments(lineStride: images.lineStride)
    // Windows of one pixel follow each other through the whole slice, so that no line is too short for a tile.
    let isPointwise = tapCount == 1 && geometry.stride == Pair(1) && !isPadded
    let lines =
      isPointwise ? Pair(1, pass.sampleCount * geometry.output.height * geometry.output.width) : geometry.output
    segments.offsets.withUnsafeBufferPointer { offsets in
      guard let start = offsets.baseAddress else { return }
      for group in 0..<groupCount {
        var product = wgit_window_product_t(
          imageCount: isPointwise ? 1 : Int32(pass.sampleCount), lineCount: Int32(lines.height),
          lineLength: Int32(lines.width), columnCount: Int32(outPerGroup), a: images.start + group * inPerGroup,
          aImage: Int64(images.count), aLine: Int64(geometry.stride.height * images.lineStride),
          aStep: Int64(geometry.stride.width * geometry.channels), segmentCount: Int32(offsets.count),
          depth: segments.depth, segments: start, b: pass.parameters + group * tapCount * inPerGroup * outPerGroup,
          bStride: Int64(outPerGroup), bias: bias.map { $0 + group * outPerGroup },
          c: pass.output + group * outPerGroup, cImage: Int64(outputCount),
          cLine: Int64(geometry.output.width * outChannels), cStep: Int64(outChannels), adds: false)
        pass.kernels.c.window_product(&product)
      }
    }
  }

  /// Adds the weight's gradient and writes the input's.
  func backward(_ pass: BackwardPass) {
    if let gradient = pass.parameterGradient { addWeightGradient(pass, to: gradient) }
    if let inputGradient = pass.inputGradient { writeInputGradient(pass, to: inputGradient) }
  }

  private func addWeightGradient(_ pass: BackwardPass, to target: UnsafeMutablePointer<Float>) {
    let images = padded(pass.input, sampleCount: pass.sampleCount, memory: pass.temporary)
    let segments = segments(lineStride: images.lineStride)
    let depth = Int(segments.depth)
    for group in 0..<groupCount {
      for (number, offset) in segments.offsets.enumerated() {
        var product = wgit_transposed_product_t(
          imageCount: Int32(pass.sampleCount), lineCount: Int32(geometry.output.height),
          lineLength: Int32(geometry.output.width), rowCount: segments.depth, columnCount: Int32(outPerGroup),
          a: images.start + Int(offset) + group * inPerGroup, aImage: Int64(images.count),
          aLine: Int64(geometry.stride.height * images.lineStride),
          aStep: Int64(geometry.stride.width * geometry.channels),
          b: pass.outputGradient + group * outPerGroup, bImage: Int64(outputCount),
          bLine: Int64(geometry.output.width * outChannels), bStep: Int64(outChannels),
          c: target + (group * tapCount * inPerGroup + number * depth) * outPerGroup, cStride: Int64(outPerGroup),
          adds: true)
        pass.kernels.c.transposed_product(&product)
      }
    }
  }

  private func writeInputGradient(_ pass: BackwardPass, to target: UnsafeMutablePointer<Float>) {
    let gradient = gradient
    let imageCount = gradient.size.height * gradient.size.width * outChannels
    for sample in 0..<pass.sampleCount {
      _ = PaddedImage(
        pass.outputGradient + sample * outputCount, geometry.output, channels: outChannels, at: gradient.place,
        in: gradient.size, memory: pass.temporary + sample * imageCount)
    }
    if !gradient.coversInput { target.update(repeating: 0, count: pass.sampleCount * geometry.inputCount) }
    let lineStride = gradient.size.width * outChannels
    let (channels, width) = (geometry.channels, geometry.input.width)
    var weight = pass.prepared
    for part in gradient.parts {
      let offsets = part.taps.map { Int32(($0.offset.height * gradient.size.width + $0.offset.width) * outChannels) }
      offsets.withUnsafeBufferPointer { offsets in
        guard let start = offsets.baseAddress else { return }
        for group in 0..<groupCount {
          var product = wgit_window_product_t(
            imageCount: Int32(pass.sampleCount), lineCount: Int32(part.count.height),
            lineLength: Int32(part.count.width), columnCount: Int32(inPerGroup),
            a: UnsafePointer(pass.temporary) + group * outPerGroup
              + (part.first.height * gradient.size.width + part.first.width) * outChannels,
            aImage: Int64(imageCount), aLine: Int64(lineStride), aStep: Int64(outChannels),
            segmentCount: Int32(offsets.count), depth: Int32(outPerGroup), segments: start, b: weight,
            bStride: Int64(inPerGroup), bias: nil,
            c: target + (part.input.height * width + part.input.width) * channels + group * inPerGroup,
            cImage: Int64(geometry.inputCount), cLine: Int64(geometry.stride.height * width * channels),
            cStep: Int64(geometry.stride.width * channels), adds: false)
          pass.kernels.c.window_product(&product)
          weight += offsets.count * outPerGroup * inPerGroup
        }
      }
    }
  }

  /// Writes the weights in the order in which `backward` reads them: part by part, group by group, tap by tap, [out, in].
  func prepareInputGradient(
    weight: UnsafePointer<Float>, into prepared: UnsafeMutablePointer<Float>, _ kernels: VectorKernels
  ) {
    let count = inPerGroup * outPerGroup
    var target = prepared
    for part in gradient.parts {
      for group in 0..<groupCount {
        for tap in part.taps {
          kernels.c.transpose(
            Int64(inPerGroup), Int64(outPerGroup), weight + (group * tapCount + tap.index) * count, Int64(outPerGroup),
            target, Int64(inPerGroup))
          target += count
        }
      }
    }
  }

  /// Images that every window lies inside of.
  private struct Images {
    let start: UnsafePointer<Float>
    /// Floats of one.
    let count: Int
    let lineStride: Int
  }

  private func padded(
    _ input: UnsafePointer<Float>, sampleCount: Int, memory: UnsafeMutablePointer<Float>
  ) -> Images {
    let lineStride = paddedSize.width * geometry.channels
    guard isPadded else { return Images(start: input, count: geometry.inputCount, lineStride: lineStride) }
    let count = paddedSize.height * lineStride
    for sample in 0..<sampleCount {
      _ = PaddedImage(
        input + sample * geometry.inputCount, geometry.input, channels: geometry.channels, at: geometry.padding,
        in: paddedSize, memory: memory + sample * count)
    }
    return Images(start: UnsafePointer(memory), count: count, lineStride: lineStride)
  }

  /// The runs of a window: whole rows of the kernel where channels of neighbouring taps follow each other.
  private func segments(lineStride: Int) -> (offsets: [Int32], depth: Int32) {
    let rows = (0..<kernel.height).map { $0 * geometry.dilation.height * lineStride }
    if groupCount == 1, geometry.dilation.width == 1 {
      return (rows.map(Int32.init), Int32(kernel.width * geometry.channels))
    }
    let taps = rows.flatMap { row in
      (0..<kernel.width).map { Int32(row + $0 * geometry.dilation.width * geometry.channels) }
    }
    return (taps, Int32(inPerGroup))
  }
}
