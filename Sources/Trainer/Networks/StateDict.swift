import Documents
import Tensors

/// Parameters and buffers by name, in order, in PyTorch's layout.
package struct StateDict: Sendable, Equatable {
  package enum Elements: Sendable, Equatable {
    case floats([Float])
    /// Counters, PyTorch's int64.
    case integers([Int64])

    var count: Int {
      switch self {
      case .floats(let values): values.count
      case .integers(let values): values.count
      }
    }
  }

  package struct Entry: Sendable, Equatable {
    package let name: String
    package let shape: [Int]
    /// C order.
    package let elements: Elements

    /// The elements as floats; integers are rounded.
    package var values: [Float] {
      switch elements {
      case .floats(let values): values
      case .integers(let values): values.map { Float($0) }
      }
    }

    package var integers: [Int64]? {
      if case .integers(let values) = elements { values } else { nil }
    }
  }

  package private(set) var entries: [Entry] = []
  private var positions: [String: Int] = [:]

  package init() {}

  package var names: [String] { entries.map(\.name) }

  package subscript(name: String) -> Entry? {
    positions[name].map { entries[$0] }
  }

  /// Adds a tensor, or replaces the one of that name in its place.
  ///
  /// - Throws: `TrainerError` with code `wrongParameterShape` if the shape does not hold as many values.
  package mutating func set(_ name: String, shape: [Int], values: [Float]) throws {
    try set(name, shape: shape, elements: .floats(values))
  }

  /// Adds a counter, or replaces the one of that name in its place.
  package mutating func set(_ name: String, shape: [Int], integers: [Int64]) throws {
    try set(name, shape: shape, elements: .integers(integers))
  }

  package mutating func set(_ name: String, shape: [Int], elements: Elements) throws {
    guard try Shape(shape).elementCount == elements.count else {
      throw TrainerError(
        .wrongParameterShape, "\(name.quoted()) has \(elements.count) values, which its shape \(shape) does not hold")
    }
    set(Entry(name: name, shape: shape, elements: elements))
  }

  /// Adds another state dict's entries, or replaces those of their names in their places.
  package mutating func merge(_ other: StateDict) {
    for entry in other.entries { set(entry) }
  }

  private mutating func set(_ entry: Entry) {
    if let position = positions[entry.name] {
      entries[position] = entry
    } else {
      positions[entry.name] = entries.count
      entries.append(entry)
    }
  }

  /// The entries whose names are in `names`, in this state dict's order.
  package func filtered(names: some Collection<String>) -> StateDict {
    var result = StateDict()
    for entry in entries where names.contains(entry.name) { result.set(entry) }
    return result
  }
}
