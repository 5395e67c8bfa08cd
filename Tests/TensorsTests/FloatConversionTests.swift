import Tensors
import Testing

struct FloatConversionTests {
  /// Little-endian bytes of bit patterns.
  private func bytes<Bits: FixedWidthInteger>(_ patterns: [Bits]) -> [UInt8] {
    patterns.flatMap { pattern in (0..<Bits.bitWidth / 8).map { UInt8(truncatingIfNeeded: pattern >> (8 * $0)) } }
  }

  private func patterns<Bits: FixedWidthInteger>(_ bytes: [UInt8], as type: Bits.Type) -> [Bits] {
    stride(from: 0, to: bytes.count, by: Bits.bitWidth / 8).map { start in
      (0..<Bits.bitWidth / 8).reduce(Bits(0)) { $0 | Bits(bytes[start + $1]) << (8 * $1) }
    }
  }

  private func golden() throws -> (values: [Double], table: [String: [String]]) {
    let table = try goldenFile("float_conversion.json", as: [String: [String]].self)
    let bits = try #require(table["F64"]).map { UInt64($0, radix: 16) ?? 0 }
    return (bits.map(Double.init(bitPattern:)), table)
  }

  @Test("rounds F64 once", arguments: [DType.f32, .bf16, .f16])
  func roundsOnce(dtype: DType) throws {
    let (values, table) = try golden()
    let expected = try #require(table[dtype.rawValue])
    let encoded = try FloatConversion.bytes(values, as: dtype)
    let actual =
      dtype == .f32
      ? patterns(encoded, as: UInt32.self).map { $0 } : patterns(encoded, as: UInt16.self).map { UInt32($0) }
    for (index, value) in values.enumerated() where !value.isNaN {
      #expect(String(actual[index], radix: 16) == expected[index], "\(value) as \(dtype.rawValue)")
    }
    let decoded = try FloatConversion.doubles(encoded, as: dtype)
    #expect(zip(values, decoded).allSatisfy { $0.isNaN == $1.isNaN })
  }

  @Test("F32 rounds as F64 does", arguments: [DType.bf16, .f16])
  func roundsFloats(dtype: DType) throws {
    let floats = try golden().values.map { Float($0) }.filter { !$0.isNaN }
    let viaDouble = try FloatConversion.bytes(floats.map { Double($0) }, as: dtype)
    #expect(try FloatConversion.bytes(floats, as: dtype) == viaDouble)
  }

  @Test func decodesEveryF16AsTheHardwareType() throws {
    let all = Array(UInt16.min...UInt16.max)
    let floats = try FloatConversion.floats(bytes(all), as: .f16)
    let doubles = try FloatConversion.doubles(bytes(all), as: .f16)
    for bits in all {
      let expected = Float(Float16(bitPattern: bits))
      let index = Int(bits)
      #expect(floats[index].bitPattern == expected.bitPattern || expected.isNaN && floats[index].isNaN)
      #expect(doubles[index] == Double(expected) || expected.isNaN && doubles[index].isNaN)
    }
  }

  @Test("every 16-bit pattern survives a round trip", arguments: [DType.bf16, .f16])
  func roundTrips(dtype: DType) throws {
    let all = Array(UInt16.min...UInt16.max)
    let viaFloat = try FloatConversion.bytes(FloatConversion.floats(bytes(all), as: dtype), as: dtype)
    let viaDouble = try FloatConversion.bytes(FloatConversion.doubles(bytes(all), as: dtype), as: dtype)
    let quietBit: UInt16 = dtype == .f16 ? 0x0200 : 0x0040
    let isNaN = try FloatConversion.floats(bytes(all), as: dtype).map(\.isNaN)
    let expected = all.map { isNaN[Int($0)] ? $0 | quietBit : $0 }
    #expect(patterns(viaFloat, as: UInt16.self) == expected)
    #expect(patterns(viaDouble, as: UInt16.self) == expected)
  }

  @Test func decodesAtAnyAlignment() throws {
    let stored = [0xAA] + bytes([Float(1.5).bitPattern, Float(-2).bitPattern])
    let values = try stored.withUnsafeBytes { raw -> [Float] in
      var values: [Float] = [0, 0]
      try values.withUnsafeMutableBufferPointer {
        try FloatConversion.decode(UnsafeRawBufferPointer(rebasing: raw[1...]), as: .f32, into: $0)
      }
      return values
    }
    #expect(values == [1.5, -2])
  }

  @Test func wideTypesPassThrough() throws {
    let values = [0.1, -0.0, Double.greatestFiniteMagnitude, .leastNonzeroMagnitude]
    #expect(try FloatConversion.doubles(FloatConversion.bytes(values, as: .f64), as: .f64) == values)
    #expect(try FloatConversion.floats(FloatConversion.bytes([Float(0.1)], as: .f64), as: .f64) == [0.1])
    #expect(try FloatConversion.floats([], as: .bf16).isEmpty)
  }

  @Test func refusesWrongSizesAndTypes() {
    #expect { try FloatConversion.floats([1, 2, 3], as: .f32) } throws: {
      ($0 as? TensorError)?.code == .sizeMismatch
    }
    #expect { try FloatConversion.floats([1, 2], as: .i16) } throws: {
      ($0 as? TensorError)?.code == .unsupportedDType
    }
  }
}
