import Tensors
import Testing

struct IntegerConversionTests {
  @Test func bytesAreLittleEndianAndComeBack() throws {
    let values: [Int64] = [0, 1, -2, .max, .min, 0x0102_0304_0506_0708]
    let bytes = IntegerConversion.bytes(values)
    #expect(bytes[8..<16] == [1, 0, 0, 0, 0, 0, 0, 0])
    #expect(bytes.suffix(8) == [8, 7, 6, 5, 4, 3, 2, 1])
    #expect(try IntegerConversion.int64s(bytes) == values)
    #expect(throws: TensorError.self) { try IntegerConversion.int64s([1, 2, 3]) }
  }
}
