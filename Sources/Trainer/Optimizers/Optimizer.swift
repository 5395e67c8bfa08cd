/// A rule that turns gradients into new parameters. Adding one is one file in `Optimizers` with its test and one line
/// in `OptimizerRegistry`.
///
/// Every parameter is treated alike, so parameters and gradients come as flat blocks.
package protocol Optimizer: Sendable {
  /// The name in tasks and recipes.
  static var name: String { get }

  /// The settings this optimizer understands beside the learning rate, with the values they have unless given.
  static var defaults: OptimizerSettings { get }

  init(settings: OptimizerSettings, parameterCount: Int)

  /// One step. Shapes: both [parameterCount].
  mutating func step(
    parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, learningRate: Double)
}

/// The hyper-parameters of an optimizer by name, in order; PyTorch's names with hyphens.
package struct OptimizerSettings: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  package private(set) var entries: [(name: String, value: Double)]

  package init(dictionaryLiteral elements: (String, Double)...) {
    entries = elements.map { (name: $0, value: $1) }
  }

  package var names: [String] { entries.map(\.name) }

  /// The value of a setting; 0 for one that is not there.
  package subscript(name: String) -> Double {
    get { entries.first { $0.name == name }?.value ?? 0 }
    set {
      if let index = entries.firstIndex(where: { $0.name == name }) { entries[index].value = newValue }
    }
  }

  package static func == (left: OptimizerSettings, right: OptimizerSettings) -> Bool {
    left.entries.elementsEqual(right.entries) { $0.name == $1.name && $0.value == $1.value }
  }
}

/// The optimizers a task may name.
package enum OptimizerRegistry {
  static let types: [any Optimizer.Type] = [Adam.self, AdamW.self, SGD.self]

  package static func type(named name: String) -> (any Optimizer.Type)? {
    types.first { $0.name == name }
  }

  package static var names: [String] { types.map { $0.name } }
}
