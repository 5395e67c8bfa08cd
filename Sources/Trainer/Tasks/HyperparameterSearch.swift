import Documents
import Foundation
import Tensors

/// Hyper-parameters that differ from run to run of a task: `search: domainbed`, or for each what it is drawn from:
///
/// ```yaml
/// search:
///   learning-rate: {log-uniform: [1e-4, 1e-2]}   # 10 to a uniform power
///   weight-decay: {log-uniform: [1e-6, 1e-2]}
///   batch: {power-of-two: [3, 5.5]}              # 2 to a uniform power, rounded down
///   dropout: {choice: [0, 0.1, 0.5]}             # or uniform: [0, 0.5]; of the features, as in DomainBed
/// ```
///
/// `domainbed` is DomainBed's distribution, with the learning rate about the task's as DomainBed's is about 5e-5: from a
/// fifth of it to 6.3 times it.
///
/// Determinism: a draw is a function of the seed and the hyper-parameter's name; learning rate and decay have four
/// digits.
/// Source: I. Gulrajani, D. Lopez-Paz, "In search of lost domain generalization", ICLR 2021, table 8.
package struct HyperparameterSearch: Sendable, Equatable {
  package enum Distribution: Sendable, Equatable {
    case uniform(Double, Double)
    case logUniform(Double, Double)
    case powerOfTwo(Double, Double)
    case choice([Double])
  }

  /// By name: learning-rate, weight-decay, batch, dropout.
  package let distributions: [String: Distribution]

  package static let names = ["learning-rate", "weight-decay", "batch", "dropout"]
  private static let presetName = "domainbed"

  /// Reads the key `search` of a task.
  package init?(task yaml: YAMLMapping, learningRate: Double) throws {
    guard yaml.has("search") else { return nil }
    if let name = try? yaml.string("search") {
      guard name == Self.presetName else {
        throw yaml.invalidValue(of: "search", mustBe: "\(Self.presetName), or distributions by name")
      }
      distributions = [
        "learning-rate": .logUniform(learningRate * 0.2, learningRate * 6.3), "weight-decay": .logUniform(1e-6, 1e-2),
        "batch": .powerOfTwo(3, 5.5), "dropout": .choice([0, 0.1, 0.5]),
      ]
      return
    }
    let mapping = try yaml.mapping("search")
    var distributions: [String: Distribution] = [:]
    for name in Self.names {
      if let entry = try mapping.optionalMapping(name) {
        distributions[name] = try Self.distribution(entry, limits: Self.limits(of: name))
      }
    }
    self.distributions = distributions
  }

  private static func limits(of name: String) -> ClosedRange<Double> {
    switch name {
    case "batch": 1...Double(TrainingTask.batchLimit)
    case "dropout": 0...1
    default: 0...Double.greatestFiniteMagnitude
    }
  }

  private static func distribution(_ yaml: YAMLMapping, limits: ClosedRange<Double>) throws -> Distribution {
    if let values = try yaml.optionalNumbers("choice") {
      guard !values.isEmpty, values.allSatisfy(limits.contains) else {
        throw yaml.invalidValue(of: "choice", mustBe: "a list of numbers between \(limits.lowerBound) and so on")
      }
      return .choice(values)
    }
    for (key, isPower) in [("uniform", false), ("log-uniform", false), ("power-of-two", true)] {
      guard let bounds = try yaml.optionalNumbers(key) else { continue }
      let (low, high) = (bounds.first ?? 0, bounds.last ?? 0)
      let ends = isPower ? [exp2(low), exp2(high)] : [low, high]
      guard bounds.count == 2, low <= high, ends.allSatisfy(limits.contains), key != "log-uniform" || low > 0 else {
        throw yaml.invalidValue(of: key, mustBe: "two numbers, the first not above the second, both possible values")
      }
      switch key {
      case "uniform": return .uniform(low, high)
      case "log-uniform": return .logUniform(low, high)
      default: return .powerOfTwo(low, high)
      }
    }
    _ = try yaml.numbers("log-uniform")
    return .choice([])
  }

  /// The value of a hyper-parameter in the run with a seed; nil if it is not searched.
  package func draw(_ name: String, seed: UInt64) -> Double? {
    let uniform = CounterRandom(seed: seed, stream: "search/\(name)").uniform(at: 0)
    switch distributions[name] {
    case .uniform(let low, let high)?: return Self.rounded(low + (high - low) * uniform)
    case .logUniform(let low, let high)?: return Self.rounded(exp(log(low) + (log(high) - log(low)) * uniform))
    case .powerOfTwo(let low, let high)?: return exp2(low + (high - low) * uniform).rounded(.down)
    case .choice(let values)?: return values[min(values.count - 1, Int(uniform * Double(values.count)))]
    case nil: return nil
    }
  }

  /// The nearest number of four significant digits.
  private static func rounded(_ value: Double) -> Double { Double(String(format: "%.4g", value)) ?? value }

  package var json: JSONValue {
    let list = { (values: [Double]) in JSONValue.array(values.map { .number($0) }) }
    let members = Self.names.compactMap { name -> JSONObject.Member? in
      switch distributions[name] {
      case .uniform(let low, let high)?: (key: name, value: ["uniform": list([low, high])])
      case .logUniform(let low, let high)?: (key: name, value: ["log-uniform": list([low, high])])
      case .powerOfTwo(let low, let high)?: (key: name, value: ["power-of-two": list([low, high])])
      case .choice(let values)?: (key: name, value: ["choice": list(values)])
      case nil: nil
      }
    }
    return .object(JSONObject(members))
  }
}
