import Foundation
import Merging
import Tensors
import Testing

/// Fisher and RegMean, which want something of each model beside its weights, against numpy in float64.
struct CompanionTests {
  struct Golden: Decodable, Sendable, CustomTestStringConvertible {
    let strategy: String
    let companion: String
    let shape: [Int]
    let dtypes: [String]
    let models: [String]
    let companionShape: [Int]
    let companions: [String]
    let output: String

    var testDescription: String { "\(strategy) \(shape) \(dtypes)" }

    static func load() throws -> [Golden] {
      let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
      return try JSONDecoder().decode(
        [Golden].self, from: Data(contentsOf: folder.appending(path: "companions.json")))
    }
  }

  @Test("equals numpy", arguments: try Golden.load())
  func equalsNumpy(golden: Golden) throws {
    let models = try zip(golden.models, golden.dtypes).map { text, dtype in
      Model(bytes: try #require(bytes(fromHex: text)), dtype: try #require(DType(rawValue: dtype)))
    }
    let extra = try golden.companions.map { text in
      try Model(bytes: #require(bytes(fromHex: text)), dtype: .f32).tensor(golden.companionShape)
    }
    var agreement = Agreement(scale: try models.flatMap { try FloatConversion.doubles($0.bytes, as: $0.dtype) })
    let expected = try #require(bytes(fromHex: golden.output))
    for executor in [MergeExecutor.serial, twoThreads] {
      let merged = try merge(
        models, by: golden.strategy, shape: golden.shape, companions: extra.map { [golden.companion: $0] }, step: 5,
        on: executor)
      agreement.compare(merged, expected, golden.strategy)
    }
    #expect(agreement.failures.isEmpty, "\(agreement.failures.prefix(5).joined(separator: "\n"))")
  }

  @Test func tensorsWithoutCompanionsAreAveraged() throws {
    for strategy in ["fisher", "regmean"] {
      #expect(try merge([Model([1, 2]), Model([3, 6])], by: strategy).values == [2, 4])
    }
  }

  @Test func oneModelWithoutIsAnError() throws {
    let models = [try Model([1, 2]), try Model([3, 6])]
    let fisher: [[String: any TensorReader]] = [["fisher": try Model([1, 1]).tensor()], [:]]
    let error = #expect(throws: MergeError.self) { _ = try merge(models, by: "fisher", companions: fisher) }
    #expect(error?.code == .companionRequired)
    #expect(error?.message == "there is no fisher tensor for model 2")
    let wrong: [[String: any TensorReader]] = [
      ["fisher": try Model([1]).tensor()], ["fisher": try Model([1]).tensor()],
    ]
    #expect(code { _ = try merge(models, by: "fisher", companions: wrong) } == .shapeMismatch)
  }

  @Test func fisherWithoutInformationIsTheAverage() throws {
    let zeros = try Model([0, 0]).tensor()
    let merged = try merge(
      [Model([1, 2]), Model([3, 6], weight: 3)], by: "fisher:floor=0",
      companions: [["fisher": zeros], ["fisher": zeros]])
    #expect(try merged.values == [2.5, 5])
  }

  @Test func aGramMatrixWithoutInverseIsAnError() throws {
    let gram = try Model([1, 1, 1, 1]).tensor([2, 2])
    let models = [try Model([1, 2]), try Model([3, 6])]
    let both = [["gram": gram], ["gram": gram]]
    #expect(
      code { _ = try merge(models, by: "regmean:alpha=1", shape: [1, 2], companions: both) } == .badParameter)
    #expect(try merge(models, by: "regmean:alpha=0", shape: [1, 2], companions: both).values == [2, 4])
    #expect(code { _ = try merge(models, by: "regmean", shape: [2], companions: both) } == .shapeMismatch)
  }
}
