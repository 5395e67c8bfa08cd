import Tensors
import Testing

struct LinearCombinationTests {
  private struct Case: Decodable, Sendable {
    struct Term: Decodable, Sendable {
      let dtype: String
      let coefficient: String
      let bytes: String
    }

    let terms: [Term]
    let divisor: String
    let results: [String: [String]]
  }

  private func double(_ hex: String) -> Double { Double(bitPattern: UInt64(hex, radix: 16) ?? 0) }

  private func bytes(_ hex: String) -> [UInt8] {
    stride(from: 0, to: hex.count, by: 2).compactMap { start in
      let first = hex.index(hex.startIndex, offsetBy: start)
      return UInt8(hex[first..<hex.index(first, offsetBy: 2)], radix: 16)
    }
  }

  private func evaluate(
    _ terms: [(coefficient: Double, dtype: DType, bytes: [UInt8])], divisor: Double, as dtype: DType, byteCount: Int
  ) throws -> [UInt8] {
    // All inputs in one allocation that outlives the call.
    let inputs = terms.flatMap(\.bytes)
    var output = [UInt8](repeating: 0xAA, count: byteCount)
    try inputs.withUnsafeBytes { inputs in
      var start = 0
      let parts = terms.map { term in
        defer { start += term.bytes.count }
        return LinearCombination.Term(
          coefficient: term.coefficient, dtype: term.dtype,
          bytes: UnsafeRawBufferPointer(rebasing: inputs[start..<(start + term.bytes.count)]))
      }
      try output.withUnsafeMutableBytes {
        try LinearCombination(parts, divisor: divisor).evaluate(as: dtype, into: $0)
      }
    }
    return output
  }

  @Test("gives numpy's bits", arguments: [DType.f64, .f32, .bf16, .f16])
  func golden(dtype: DType) throws {
    let width = try #require(dtype.byteWidth)
    for item in try goldenFile("linear_combination.json", as: [Case].self) {
      let terms = try item.terms.map {
        (coefficient: double($0.coefficient), dtype: try #require(DType(rawValue: $0.dtype)), bytes: bytes($0.bytes))
      }
      let expected = try #require(item.results[dtype.rawValue])
      let found = try evaluate(
        terms, divisor: double(item.divisor), as: dtype, byteCount: expected.count * width)
      let numbers = try FloatConversion.doubles(found, as: dtype)
      for (index, text) in expected.enumerated() {
        let bits = (0..<width).reduce(UInt64(0)) { $0 | UInt64(found[index * width + $1]) << (8 * $1) }
        #expect(text == "nan" ? numbers[index].isNaN : String(bits, radix: 16) == text, "\(index)")
      }
    }
  }

  @Test func blocksDoNotMatter() throws {
    let values = (0..<5000).map { Float($0 % 977) / 31 }
    let bytes = try FloatConversion.bytes(values, as: .f32)
    let sum = try evaluate(
      [(0.25, .f32, bytes), (0.5, .f32, bytes.reversed())], divisor: 3, as: .f32, byteCount: bytes.count)
    for index in [0, 2047, 2048, 4095, 4096, 4999] {
      let part = (4 * index)..<(4 * index + 4)
      let alone = try evaluate(
        [(0.25, .f32, Array(bytes[part])), (0.5, .f32, Array(Array(bytes.reversed())[part]))], divisor: 3, as: .f32,
        byteCount: 4)
      #expect(Array(sum[part]) == alone)
    }
  }

  @Test func refusesWhatDoesNotFit() {
    let eight = [UInt8](repeating: 0, count: 8)
    for (terms, byteCount) in [
      ([(1, .f32, eight)], 4), ([(1, .f32, eight)], 12), ([(1, .i32, eight)], 8),
      ([(1, .f32, eight), (1, .bf16, eight)], 8),
    ] as [([(coefficient: Double, dtype: DType, bytes: [UInt8])], Int)] {
      #expect(throws: TensorError.self) { try evaluate(terms, divisor: 1, as: .f32, byteCount: byteCount) }
    }
  }
}
