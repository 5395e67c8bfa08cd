import Documents

/// Keeps gradients from growing too large: `clip: {norm: 1}` or `clip: {value: 0.5}`.
///
/// Formula: `norm` multiplies all elements by min(1, norm / (‖g‖₂ + 1e-6)), with the norm over all ranges together;
/// `value` cuts each element to [-value, value].
/// DType: f32; the norm is accumulated in f64 over fixed blocks, so it is the same for any number of threads.
/// NaN and infinity: NaN stays NaN; an infinite norm makes NaN of infinite elements and 0 of the others, as PyTorch does.
/// Source: R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013;
/// torch.nn.utils.clip_grad_norm_ and clip_grad_value_.
package enum GradientClipping: Sendable, Equatable {
  case norm(Double)
  case value(Double)

  /// Elements summed at a time.
  private static let blockSize = 1 << 14

  /// Shapes: gradient [parameterCount]; elements outside the ranges are neither read nor changed.
  package func apply(
    to gradient: UnsafeMutablePointer<Float>, of ranges: [ParameterRange], threadCount: Int = 1
  ) {
    let blocks = ranges.flatMap { $0.split(atMost: Self.blockSize) }
    let work = ShardedWork(threadCount: threadCount)
    nonisolated(unsafe) let gradient = gradient
    switch self {
    case .norm(let limit):
      let factor = Float(min(1, limit / (Self.norm(of: gradient, blocks, work) + 1e-6)))
      guard factor != 1 else { return }
      work.run(shardCount: blocks.count) { _, block in
        let values = gradient + blocks[block].offset
        for index in 0..<blocks[block].count { values[index] *= factor }
      }
    case .value(let limit):
      let limit = Float(limit)
      work.run(shardCount: blocks.count) { _, block in
        let values = gradient + blocks[block].offset
        for index in 0..<blocks[block].count where !values[index].isNaN {
          values[index] = max(-limit, min(limit, values[index]))
        }
      }
    }
  }

  private static func norm(
    of gradient: UnsafePointer<Float>, _ blocks: [ParameterRange], _ work: ShardedWork
  ) -> Double {
    var sums = [Double](repeating: 0, count: blocks.count)
    sums.withUnsafeMutableBufferPointer { sums in
      nonisolated(unsafe) let (sums, gradient) = (sums, gradient)
      work.run(shardCount: blocks.count) { _, block in
        let values = gradient + blocks[block].offset
        var sum = 0.0
        for index in 0..<blocks[block].count { sum += Double(values[index]) * Double(values[index]) }
        sums[block] = sum
      }
    }
    return sums.reduce(0, +).squareRoot()
  }
}

extension GradientClipping {
  init(yaml: YAMLMapping) throws {
    let (norm, value) = (try yaml.optionalNumber("norm"), try yaml.optionalNumber("value"))
    switch (norm, value) {
    case (let norm?, nil):
      guard norm > 0 else { throw yaml.invalidValue(of: "norm", mustBe: "above 0") }
      self = .norm(norm)
    case (nil, let value?):
      guard value > 0 else { throw yaml.invalidValue(of: "value", mustBe: "above 0") }
      self = .value(value)
    case (nil, nil): self = .norm(try yaml.number("norm"))
    default: throw yaml.invalidValue(of: "value", mustBe: "left out, because \"norm\" is there")
    }
  }

  package var json: JSONValue {
    switch self {
    case .norm(let norm): ["norm": .number(norm)]
    case .value(let value): ["value": .number(value)]
    }
  }
}
