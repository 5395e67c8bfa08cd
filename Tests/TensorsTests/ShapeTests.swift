import Tensors
import Testing

struct ShapeTests {
  @Test("counts elements", arguments: [([Int](), 1), ([7], 7), ([384, 1536], 589_824), ([5, 0, 3], 0)])
  func counts(dimensions: [Int], count: Int) throws {
    let shape = try Shape(dimensions)
    #expect(shape.elementCount == count)
    #expect(shape.rank == dimensions.count)
  }

  @Test func describesItself() throws {
    #expect(try Shape([384, 1536]).description == "[384, 1536]")
    #expect(try Shape([]).description == "[]")
  }

  @Test func refusesNegativeDimensions() {
    #expect { try Shape([3, -1]) } throws: { ($0 as? TensorError)?.code == .negativeDimension }
  }

  @Test("refuses products beyond Int", arguments: [[Int.max, 2], [1 << 32, 1 << 31], [1 << 62, 4, 0]])
  func refusesOverflow(dimensions: [Int]) {
    #expect { try Shape(dimensions) } throws: { ($0 as? TensorError)?.code == .sizeOverflow }
  }

  @Test func measuresBytes() throws {
    #expect(try Shape([3, 5]).byteCount(of: .f32) == 60)
    #expect(try Shape([]).byteCount(of: .f64) == 8)
    #expect(try Shape([0]).byteCount(of: .f32) == 0)
    #expect(try Shape([2, 3]).byteCount(of: .f4) == 3)
    #expect(try Shape([4]).byteCount(of: .f6E2M3) == 3)
  }

  @Test func refusesPartialBytes() throws {
    let shape = try Shape([3])
    #expect { try shape.byteCount(of: .f4) } throws: { ($0 as? TensorError)?.code == .partialByte }
  }

  @Test func refusesByteCountsBeyondInt() throws {
    let shape = try Shape([1 << 60])
    #expect { try shape.byteCount(of: .f32) } throws: { ($0 as? TensorError)?.code == .sizeOverflow }
  }

  @Test("byte widths divide bit widths", arguments: DType.allCases)
  func byteWidths(dtype: DType) {
    #expect(dtype.byteWidth.map { $0 * 8 } ?? dtype.bitWidth == dtype.bitWidth)
    #expect((dtype.byteWidth == nil) == ["F4", "F6_E2M3", "F6_E3M2"].contains(dtype.rawValue))
  }
}
