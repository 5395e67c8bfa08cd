import Documents

/// Which average of the weights along a run is kept: `average: {method: swa, from: 0.75, every: 1}`,
/// `{method: ema, decay: 0.999}`, `{method: last-k, count: 5, every: 10}`, or the method's name alone.
package enum AverageSettings: Sendable, Equatable {
  /// The mean of the weights after every `every`-th step, the last among them, from the fraction `from` of the run on.
  case swa(from: Double, every: Int)
  /// θ̄ <- decay θ̄ + (1 - decay) θ after every step.
  case ema(decay: Double)
  /// The mean of the last `count` weights after every `every`-th step, the last among them.
  case lastK(count: Int, every: Int)

  private static let methods = ["swa", "ema", "last-k"]

  /// Reads the key `average` of a task.
  init?(task yaml: YAMLMapping) throws {
    guard yaml.has("average") else { return nil }
    guard let name = try? yaml.string("average") else {
      try self.init(yaml: yaml.mapping("average"))
      return
    }
    switch name {
    case "swa": self = .swa(from: 0.75, every: 1)
    case "ema": self = .ema(decay: 0.999)
    case "last-k": self = .lastK(count: 5, every: 1)
    default: throw yaml.invalidValue(of: "average", mustBe: "one of \(Self.methods.joined(separator: ", "))")
    }
  }

  package init(yaml: YAMLMapping) throws {
    switch try yaml.string("method") {
    case "swa":
      let fraction = try yaml.optionalNumber("from") ?? 0.75
      guard (0...1).contains(fraction) else { throw yaml.invalidValue(of: "from", mustBe: "between 0 and 1") }
      self = .swa(from: fraction, every: try Self.positive(yaml, "every", default: 1))
    case "ema":
      let decay = try yaml.optionalNumber("decay") ?? 0.999
      guard decay >= 0, decay < 1 else { throw yaml.invalidValue(of: "decay", mustBe: "at least 0 and below 1") }
      self = .ema(decay: decay)
    case "last-k":
      self = .lastK(
        count: try Self.positive(yaml, "count", default: 5), every: try Self.positive(yaml, "every", default: 1))
    default: throw yaml.invalidValue(of: "method", mustBe: "one of \(Self.methods.joined(separator: ", "))")
    }
  }

  private static func positive(_ yaml: YAMLMapping, _ key: String, default preset: Int) throws -> Int {
    let value = try yaml.optionalInteger(key) ?? preset
    guard (1...TrainingTask.stepLimit).contains(value) else {
      throw yaml.invalidValue(of: key, mustBe: "between 1 and \(TrainingTask.stepLimit)")
    }
    return value
  }

  package var json: JSONValue {
    switch self {
    case .swa(let fraction, let every):
      ["method": "swa", "from": .number(fraction), "every": .integer(Int64(every))]
    case .ema(let decay): ["method": "ema", "decay": .number(decay)]
    case .lastK(let count, let every):
      ["method": "last-k", "count": .integer(Int64(count)), "every": .integer(Int64(every))]
    }
  }
}
