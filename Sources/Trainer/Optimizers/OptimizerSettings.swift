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
