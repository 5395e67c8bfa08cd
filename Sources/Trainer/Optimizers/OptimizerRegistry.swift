/// The optimizers a task may name.
package enum OptimizerRegistry {
  static let types: [any Optimizer.Type] = [Adam.self, AdamW.self, SGD.self]

  package static func type(named name: String) -> (any Optimizer.Type)? {
    types.first { $0.name == name }
  }

  package static var names: [String] { types.map { $0.name } }
}
