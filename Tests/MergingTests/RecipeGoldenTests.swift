import Foundation
import Merging
import Tensors
import Testing

/// Every recipe against numpy in float64, on tensors of all kinds.
struct RecipeGoldenTests {
  struct Golden: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let shape: [Int]
    let dtypes: [String]
    let inputs: [String]
    let cases: [Case]

    var testDescription: String { name }

    struct Case: Decodable, Sendable {
      let strategy: String
      let modelCount: Int
      let hasBase: Bool
      let output: String

      init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        strategy = try values.decode(String.self)
        modelCount = try values.decode(Int.self)
        hasBase = try values.decode(Bool.self)
        output = try values.decode(String.self)
      }
    }
  }

  struct File: Decodable {
    let seed: UInt64
    let name: String
    let tensors: [Golden]

    static func load() throws -> File {
      let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
      return try JSONDecoder().decode(File.self, from: Data(contentsOf: folder.appending(path: "recipes.json")))
    }
  }

  @Test("equals numpy", arguments: try File.load().tensors)
  func equalsNumpy(golden: Golden) throws {
    let file = try File.load()
    let inputs = try zip(golden.inputs, golden.dtypes).map { text, dtype in
      Model(bytes: try #require(bytes(fromHex: text)), dtype: try #require(DType(rawValue: dtype)))
    }
    var agreement = Agreement(scale: try inputs.flatMap { try FloatConversion.doubles($0.bytes, as: $0.dtype) })
    let shape = golden.shape
    for golden in golden.cases {
      for executor in [MergeExecutor.serial, twoThreads] {
        let merged = try merge(
          Array(inputs[1...golden.modelCount]), base: golden.hasBase ? inputs[0] : nil, by: golden.strategy,
          name: file.name, shape: shape, seed: file.seed, step: 7, on: executor)
        agreement.compare(merged, try #require(bytes(fromHex: golden.output)), golden.strategy)
      }
    }
    #expect(agreement.failures.isEmpty, "\(agreement.failures.prefix(5).joined(separator: "\n"))")
    // Nearly all are rounded as numpy's are; the rest lies in the last bit.
    if !golden.dtypes.contains("F64") {
      #expect(Double(agreement.exactCount) >= 0.99 * Double(agreement.count))
    }
  }
}
