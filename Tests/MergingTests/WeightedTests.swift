import Foundation
import Merging
import Tensors
import Testing

/// Exact equality with means that numpy has computed in float64 and that were rounded once.
struct WeightedTests {
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
    let merged = try merge(models, by: "weighted", as: dtype)
    let expectedNumbers = try FloatConversion.doubles(expected, as: dtype)
    let actualNumbers = try merged.values
    let width = dtype.bitWidth / 8
    for (index, number) in expectedNumbers.enumerated() where !(number.isNaN && actualNumbers[index].isNaN) {
      let range = index * width..<(index + 1) * width
      #expect(merged.bytes[range] == expected[range], "element \(index): \(actualNumbers[index]), expected \(number)")
    }
    #expect(merged.count.nan == golden.nan)
    #expect(merged.count.infinite == golden.infinite)
  }

  @Test("gives the same bits however it is cut", arguments: [DType.f32, .bf16, .f16, .f64])
  func cutsDoNotMatter(dtype: DType) throws {
    let random = CounterRandom(seed: 1, stream: dtype.rawValue)
    let models = try (0..<3).map { model in
      try Model((0..<5000).map { random.normal(at: UInt64(model * 5000 + $0)) }, dtype)
    }
    #expect(try merge(models, by: "weighted").bytes == merge(models, by: "weighted", step: 777).bytes)
  }

  @Test func withoutNormalisationItIsTheSum() throws {
    let models = [try Model([1, -2]), try Model([4, 8])]
    #expect(try merge(models, by: "weighted:weight=0.5,2,normalize=false").values == [8.5, 15])
    let equal = [try Model([1]), try Model([1])]
    #expect(try merge(equal, by: "weighted:normalize=false").values == [2])
    #expect(try merge(equal, by: "weighted:normalize=false,weight=0.75,0.25").status == .equal)
  }

  @Test(
    "refuses weights that cannot be normalised",
    arguments: [
      ([1, -1], .badWeightSum), ([0, 0], .badWeightSum), ([.nan, 1], .badWeight), ([.infinity, 1], .badWeight),
    ]
      as [([Double], MergeError.Code)])
  func refusesWeights(weights: [Double], expected: MergeError.Code) throws {
    let models = try weights.enumerated().map { try Model([Double($0.offset)], weight: $0.element) }
    #expect(code { _ = try merge(models, by: "weighted") } == expected)
  }
}
