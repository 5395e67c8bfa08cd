import CFloatKernels
import Tensors
import Testing

/// Every instruction set of this machine gives the bits of the one that works everywhere.
struct FloatKernelTests {
  // Functions and names that never change.
  private nonisolated(unsafe) static let levels: [wgit_float_kernels] = {
    var levels: [wgit_float_kernels] = []
    while let next = wgit_float_kernels_at(Int32(levels.count)) { levels.append(next.pointee) }
    return levels
  }()

  /// Numbers of all sizes, and those that are special. No multiple of a vector's length.
  private let doubles: [Double] = {
    let random = CounterRandom(seed: 1, stream: "kernels")
    let special: [Double] = [
      0, -0.0, .nan, .infinity, -.infinity, 0x1p-1074, 0x1p-149, 0x1.8p-150, 0x1p-133, 0x1p-24, 0x1.004p0, 0x1.01p0,
      0x1.0080001p0, 65520, 65519.999, 3.4e38, 3.5e38, -0x1.fffffffp127, 1e308,
    ]
    let others = (0..<1010).map { index -> Double in
      let bits = random.bits(at: UInt64(index))
      return Double(bitPattern: index % 2 == 0 ? bits : 0x3F00_0000_0000_0000 | bits >> 12)
    }
    return special + others
  }()

  private func same(_ a: [Double], _ b: [Double]) -> Bool {
    zip(a, b).allSatisfy { ($0.isNaN && $1.isNaN) || $0.bitPattern == $1.bitPattern }
  }

  /// What every level computes from a fresh copy of `doubles`.
  private func agree(_ body: (wgit_float_kernels, UnsafeMutablePointer<Double>, Int) -> Void) -> Bool {
    let results = Self.levels.map { level in
      var values = doubles
      values.withUnsafeMutableBufferPointer { buffer in
        if let start = buffer.baseAddress { body(level, start, buffer.count) }
      }
      return values
    }
    return results.allSatisfy { same($0, results[results.count - 1]) }
  }

  @Test func thereIsOneThatWorksEverywhere() {
    #expect(String(cString: Self.levels[Self.levels.count - 1].name) == "baseline")
    #expect(String(cString: FloatKernels.best.name) == String(cString: Self.levels[0].name))
  }

  @Test func conversionsAgree() {
    let patterns = (0...UInt16.max).map(\.self)
    for level in Self.levels {
      let last = Self.levels[Self.levels.count - 1]
      for (mine, reference) in [(level.decode_bf16, last.decode_bf16), (level.decode_f16, last.decode_f16)] {
        var a = [Double](repeating: 0, count: patterns.count)
        var b = a
        mine(patterns, &a, patterns.count)
        reference(patterns, &b, patterns.count)
        #expect(same(a, b))
      }
      for (mine, reference) in [
        (level.encode_bf16, last.encode_bf16), (level.encode_f16, last.encode_f16), (level.encode_f32, last.encode_f32),
      ] {
        var a = [UInt32](repeating: 0, count: doubles.count)
        var b = a
        mine(doubles, &a, doubles.count)
        reference(doubles, &b, doubles.count)
        #expect(a == b)
      }
    }
  }

  @Test func arithmeticAgrees() {
    let other = Array(doubles.reversed())
    let third = doubles.map { $0 * 0.3 + 1 }
    #expect(agree { $0.accumulate_f64(other, 1.1, $1, $2) })
    #expect(agree { $0.accumulate_f32(other, -0.3, $1, $2) })
    #expect(agree { $0.accumulate_bf16(other, 3, $1, $2) })
    #expect(agree { $0.accumulate_f16(other, 1 / 3, $1, $2) })
    #expect(agree { $0.divide($1, 3, $2) })
    #expect(agree { $0.subtract($1, other, $2) })
    #expect(agree { $0.add_to_base($1, other, 0.7, $2) })
    #expect(agree { $0.take_mean($1, other, third, $2) })
    #expect(
      agree { level, values, count in
        var sums = third
        level.weigh_change(values, other, third, 1.7, &sums, count)
        values.update(from: sums, count: count)
      })
    #expect(
      agree { level, values, count in
        var divisors = other
        level.agree(other, third, 0.3, values, &divisors, count)
        for i in 0..<count { values[i] += divisors[i] }
      })
    #expect(agree { level, values, count in values[0] = level.dot(third, third, count - 3) })
    #expect(agree { level, values, count in values[0] = level.sum_magnitudes(third, count) })
  }

  /// Linear combinations in registers are those by way of memory, whatever the number of elements, special ones included.
  @Test func combinationsAreSumsOfProducts() {
    let random = CounterRandom(seed: 2, stream: "combinations")
    let ordinary = (0..<1000).map { random.normal(at: UInt64($0)) }
    for values in [ordinary, doubles] {
      for count in [0, 1, 15, 16, 17, 33, 500] {
        for divisor in [1.0, 4, 3, -0.7] {
          for level in Self.levels { checkCombinations(level, values, count, divisor) }
        }
      }
    }
  }

  private func checkCombinations(_ level: wgit_float_kernels, _ values: [Double], _ count: Int, _ divisor: Double) {
    let kernels = [
      (4, level.encode_f32, level.decode_f32, level.accumulate_f32, level.combine_f32),
      (2, level.encode_bf16, level.decode_bf16, level.accumulate_bf16, level.combine_bf16),
      (2, level.encode_f16, level.decode_f16, level.accumulate_f16, level.combine_f16),
    ]
    let factors = [0.3, -1.25, 1]
    for (width, encode, decode, accumulate, combine) in kernels {
      let stored = [0, 7, 400].map { start in
        var bytes = [UInt8](repeating: 0, count: (count + 1) * width)
        encode(Array(values[start..<start + count]), &bytes, count)
        return bytes
      }
      var sums = [Double](repeating: -0.0, count: count)
      for (term, factor) in zip(stored, factors) { accumulate(term, factor, &sums, count) }
      level.divide(&sums, divisor, count)
      var expected = [UInt8](repeating: 0xEE, count: (count + 1) * width)
      // One by one: without the way that groups take.
      for index in 0..<count {
        var one = [UInt8](repeating: 0, count: width)
        encode([sums[index]], &one, 1)
        expected.replaceSubrange(index * width..<(index + 1) * width, with: one)
      }
      var actual = [UInt8](repeating: 0xEE, count: (count + 1) * width)
      stored[0].withUnsafeBytes { a in
        stored[1].withUnsafeBytes { b in
          stored[2].withUnsafeBytes { c in
            let starts = [a, b, c].compactMap(\.baseAddress)
            combine(starts, factors, 3, divisor, &actual, count)
          }
        }
      }
      var left = [Double](repeating: 0, count: count)
      var right = left
      decode(actual, &left, count)
      decode(expected, &right, count)
      #expect(same(left, right), "\(String(cString: level.name)), \(count) elements of \(width) bytes, by \(divisor)")
      #expect(actual.suffix(width) == expected.suffix(width))
    }
  }

  @Test func finiteSumsAgree() {
    let finite = doubles.map { $0.isFinite && $0.magnitude < 1e100 ? $0 : 1 }
    for count in [0, 1, 15, 16, 17, 33, finite.count] {
      let dots = Self.levels.map { $0.dot(finite, Array(finite.reversed()), count) }
      let sums = Self.levels.map { $0.sum_magnitudes(finite, count) }
      #expect(Set(dots.map(\.bitPattern)).count == 1)
      #expect(Set(sums.map(\.bitPattern)).count == 1)
    }
  }

  @Test func countsAndKeysAgree() {
    let other = Array(doubles.reversed())
    let results = Self.levels.map { level in
      var keys = [UInt32](repeating: 0, count: doubles.count)
      level.difference_keys(doubles, other, &keys, doubles.count)
      keys = keys.map { $0 > 0x7F80_0000 ? 0x7FC0_0000 : $0 }
      let middle = keys.sorted()[keys.count / 2]
      var upper = [Int](repeating: 0, count: 1 << 16)
      var lower = upper
      level.count_upper(keys, keys.count, &upper)
      level.count_lower(keys, keys.count, middle >> 16, &lower)
      var factors = [Double](repeating: 2, count: keys.count)
      level.mask(keys, keys.count, middle, 1, 0, &factors)
      var nan = 0
      var infinite = 0
      var wideNaN = 0
      var wideInfinite = 0
      level.count_special_16(keys, 0x7F80, keys.count * 2, &nan, &infinite)
      level.count_special_32(keys, 0x7F80_0000, keys.count, &wideNaN, &wideInfinite)
      #expect(wideNaN == keys.count { $0 > 0x7F80_0000 } && wideInfinite == keys.count { $0 == 0x7F80_0000 })
      #expect(factors.count { $0 == 2 } == keys.count { $0 >= middle })
      #expect(upper.reduce(0, +) == keys.count && lower.reduce(0, +) == keys.count { $0 >> 16 == middle >> 16 })
      return [
        keys.map(Int.init), upper, lower, [level.count_equal(keys, keys.count, middle), nan, infinite],
      ]
    }
    #expect(results.allSatisfy { $0 == results[0] })
  }

  /// Keys made of stored elements are those made of their numbers.
  @Test("keys of stored elements", arguments: [DType.f32, .bf16, .f16])
  func storedKeys(dtype: DType) throws {
    let a = try FloatConversion.bytes(doubles, as: dtype)
    let b = try FloatConversion.bytes(Array(doubles.reversed()), as: dtype)
    let left = try FloatConversion.doubles(a, as: dtype)
    let right = try FloatConversion.doubles(b, as: dtype)
    for level in Self.levels {
      var expected = [UInt32](repeating: 0, count: doubles.count)
      var keys = expected
      level.difference_keys(left, right, &expected, doubles.count)
      switch dtype {
      case .f32: level.difference_keys_f32(a, b, &keys, doubles.count)
      case .bf16: level.difference_keys_bf16(a, b, &keys, doubles.count)
      default: level.difference_keys_f16(a, b, &keys, doubles.count)
      }
      let isNaN: (UInt32) -> Bool = { $0 > 0x7F80_0000 }
      #expect(zip(keys, expected).allSatisfy { $0 == $1 || (isNaN($0) && isNaN($1)) })
    }
  }

  /// By powers of 2 the quotient is a product; it must be the same number.
  @Test func quotientsAreExact() {
    for divisor in [1, 2, -4, 0.125, 0x1p-1074, 0x1p1000, 3, 0, .infinity, 0x1p1023, 0x1p-1022] as [Double] {
      for level in Self.levels {
        var values = doubles
        level.divide(&values, divisor, values.count)
        #expect(same(values, doubles.map { $0 / divisor }), "\(divisor)")
      }
    }
  }
}
