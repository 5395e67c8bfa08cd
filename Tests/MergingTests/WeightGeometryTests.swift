import Foundation
import Merging
import Tensors
import Testing

/// The geometry of models against numpy.
struct WeightGeometryTests {
  private struct Golden: Decodable {
    struct Pair: Decodable {
      let i: Int
      let j: Int
      let cosine: Double?
      let signs: Double?
    }
    let base: String
    let models: [String]
    let norms: [Double]
    let pairs: [Pair]
    let ratio: Double

    static func load() throws -> Golden {
      let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
      return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: folder.appending(path: "geometry.json")))
    }
  }

  private func tensor(_ hex: String) throws -> ResidentTensor {
    try Model(bytes: #require(bytes(fromHex: hex)), dtype: .f32).tensor()
  }

  private func check(_ geometry: WeightGeometry, _ golden: Golden) {
    func agree(_ actual: Double?, _ expected: Double?) -> Bool {
      guard let actual, let expected else { return actual == nil && expected == nil }
      return abs(actual - expected) <= 1e-12 * max(1, abs(expected))
    }
    for (model, norm) in golden.norms.enumerated() { #expect(agree(geometry.norm(model), norm)) }
    for pair in golden.pairs {
      #expect(agree(geometry.cosine(pair.i, pair.j), pair.cosine))
      #expect(agree(geometry.cosine(pair.j, pair.i), pair.cosine))
      #expect(agree(geometry.signAgreement(pair.i, pair.j), pair.signs))
    }
    #expect(agree(geometry.modelStockRatio, golden.ratio))
  }

  @Test func isWhatNumpySays() throws {
    let golden = try Golden.load()
    let base = try tensor(golden.base)
    let models = try golden.models.map(tensor)
    let geometry = try WeightGeometry(models, base: base, on: twoThreads)
    check(geometry, golden)
    // A model that is known to be the base need not be read.
    let known = try WeightGeometry(
      models.enumerated().map { $0.offset == 1 ? nil : $0.element }, base: base, on: .serial)
    check(known, golden)
    for model in models.indices { #expect(geometry.norm(model) == known.norm(model)) }
  }

  /// Tensors add up to one vector.
  @Test func tensorsAddUp() throws {
    let base = try Model([0, 0, 0]).tensor()
    let models = try [Model([3, 0, 0]), Model([4, 1, 0])].map { try $0.tensor() }
    var total = try WeightGeometry(models, base: base, on: .serial)
    total += try WeightGeometry([models[0], nil], base: base, on: .serial)
    #expect(total.norm(0) == 18.0.squareRoot())
    #expect(total.norm(1) == 17.0.squareRoot())
    #expect(total.cosine(0, 1) == 12 / (18.0.squareRoot() * 17.0.squareRoot()))
    #expect(total.signAgreement(0, 1) == 1)
    #expect(try WeightGeometry([nil, nil], base: base, on: .serial).modelStockRatio == 0)
  }
}
