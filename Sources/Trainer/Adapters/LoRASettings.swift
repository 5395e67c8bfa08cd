import Documents
import Tensors

/// Low-rank adaptation of some layers: `lora: {rank: 8, alpha: 16, targets: "conv*"}`.
package struct LoRASettings: Sendable, Equatable {
  package let rank: Int
  package let alpha: Double
  /// Patterns for the names of layers.
  package let targets: [NamePattern]

  /// What the product of the factors is multiplied by.
  package var scale: Double { alpha / Double(rank) }

  private static let rankLimit = 4096

  init(rank: Int, alpha: Double, targets: [NamePattern]) {
    self.rank = rank
    self.alpha = alpha
    self.targets = targets
  }

  package init(yaml: YAMLMapping) throws {
    rank = try yaml.integer("rank")
    guard (1...Self.rankLimit).contains(rank) else {
      throw yaml.invalidValue(of: "rank", mustBe: "between 1 and \(Self.rankLimit)")
    }
    alpha = try yaml.optionalNumber("alpha") ?? Double(rank)
    guard alpha > 0 else { throw yaml.invalidValue(of: "alpha", mustBe: "above 0") }
    targets = try yaml.oneOrMoreStrings("targets").map { NamePattern($0) }
  }

  package var json: JSONValue {
    [
      "rank": .integer(Int64(rank)), "alpha": .number(alpha), "targets": .array(targets.map { .string($0.text) }),
    ]
  }
}
