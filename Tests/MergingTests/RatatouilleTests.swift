import Foundation
import Merging
import Tensors
import Testing

/// Exact equality with means that numpy has computed in float64 and that were rounded once.
struct RatatouilleTests {
  struct Golden: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let dtypes: [String]
    let inputs: [String]
    let weights: [Double]
    let dtype: String
    let output: String
    let nan: Int
    let infinite: Int

    var testDescription: String { name }

    static func load() throws -> [Golden] {
      let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
      return try JSONDecoder().decode(
        [Golden].self, from: Data(contentsOf: folder.appending(path: "weighted_mean.json")))
    }
  }

  @Test("equals numpy to the bit", arguments: try Golden.load())
  func equalsNumpy(golden: Golden) throws {
    let dtype = try #require(DType(rawValue: golden.dtype))
    let dtypes = golden.dtypes.compactMap(DType.init(rawValue:))
    let models = try zip(zip(golden.inputs, dtypes), golden.weights).map { input, weight in
      Model(bytes: try #require(bytes(fromHex: input.0)), dtype: input.1, weight: weight)
    }
    let expected = try #require(bytes(fromHex: golden.output))
    let (actual, count) = try merge(models, as: dtype)
    let actualNumbers = try FloatConversion.doubles(actual, as: dtype)
    let expectedNumbers = try FloatConversion.doubles(expected, as: dtype)
    let width = dtype.bitWidth / 8
    for (index, number) in expectedNumbers.enumerated() where !(number.isNaN && actualNumbers[index].isNaN) {
      let range = index * width..<(index + 1) * width
      #expect(actual[range] == expected[range], "element \(index): \(actualNumbers[index]), expected \(number)")
    }
    #expect(count == NonFiniteCount(nan: golden.nan, infinite: golden.infinite))
  }

  @Test("gives the same bits however it is cut", arguments: [DType.f32, .bf16, .f16, .f64])
  func cutsDoNotMatter(dtype: DType) throws {
    let random = CounterRandom(seed: 1, stream: dtype.rawValue)
    let models = try (0..<3).map { model in
      let values = (0..<5000).map { random.normal(at: UInt64(model * 5000 + $0)) }
      return Model(bytes: try FloatConversion.bytes(values, as: dtype), dtype: dtype)
    }
    let whole = try merge(models, as: dtype).bytes
    let width = dtype.bitWidth / 8
    var pieces: [UInt8] = []
    for start in stride(from: 0, to: 5000, by: 777) {
      let range = start * width..<min(start + 777, 5000) * width
      pieces += try merge(models.map { Model(bytes: Array($0.bytes[range]), dtype: dtype) }, as: dtype).bytes
    }
    #expect(pieces == whole)
  }

  @Test func theMiddleOfTwoModelsIsBetweenThem() throws {
    let low = Model(bytes: try FloatConversion.bytes([Float](repeating: 1, count: 3), as: .f32), dtype: .f32)
    let high = Model(bytes: try FloatConversion.bytes([Float](repeating: 2, count: 3), as: .f32), dtype: .f32)
    #expect(try FloatConversion.floats(merge([low, high], as: .f32).bytes, as: .f32) == [1.5, 1.5, 1.5])
  }

  @Test func isFoundByName() {
    #expect(MergeRecipes.named("ratatouille") is Ratatouille)
    #expect(MergeRecipes.named("Ratatouille") == nil)
    #expect(Set(MergeRecipes.all.map(\.name)).count == MergeRecipes.all.count)
    #expect(MergeRecipes.all.allSatisfy { !$0.summary.isEmpty && !$0.paper.title.isEmpty })
  }
}
