import Documents
import Tensors

/// Parameters by name, in order, in PyTorch's layout.
package struct StateDict: Sendable, Equatable {
  package struct Entry: Sendable, Equatable {
    package let name: String
    package let shape: [Int]
    /// C order.
    package let values: [Float]
  }

  package private(set) var entries: [Entry] = []
  private var positions: [String: Int] = [:]

  package init() {}

  package var names: [String] { entries.map(\.name) }

  package subscript(name: String) -> Entry? {
    positions[name].map { entries[$0] }
  }

  /// Adds a parameter, or replaces the one of that name in its place.
  ///
  /// - Throws: `TrainerError` with code `wrongParameterShape` if the shape does not hold as many values.
  package mutating func set(_ name: String, shape: [Int], values: [Float]) throws {
    guard try Shape(shape).elementCount == values.count else {
      throw TrainerError(
        .wrongParameterShape, "\(name.quoted()) has \(values.count) values, which its shape \(shape) does not hold")
    }
    let entry = Entry(name: name, shape: shape, values: values)
    if let position = positions[name] {
      entries[position] = entry
    } else {
      positions[name] = entries.count
      entries.append(entry)
    }
  }

  /// The entries whose names are in `names`, in this state dict's order.
  package func filtered(names: some Collection<String>) -> StateDict {
    var result = StateDict()
    for entry in entries where names.contains(entry.name) {
      result.positions[entry.name] = result.entries.count
      result.entries.append(entry)
    }
    return result
  }

  /// Checks that this is a state dict of the network: every parameter there, of its shape, and nothing else.
  ///
  /// - Throws: `TrainerError` with code `missingParameter`, `wrongParameterShape` or `unexpectedParameter`.
  package func validate(for parameters: [NetworkParameter]) throws {
    for parameter in parameters {
      guard let entry = self[parameter.name] else {
        throw TrainerError(
          .missingParameter, "the weights have no \(parameter.name.quoted()) of shape \(parameter.shape)")
      }
      guard entry.shape == parameter.shape else {
        throw TrainerError(
          .wrongParameterShape,
          "\(parameter.name.quoted()) has shape \(entry.shape), the network needs \(parameter.shape)")
      }
    }
    let expected = Set(parameters.map(\.name))
    if let entry = entries.first(where: { !expected.contains($0.name) }) {
      throw TrainerError(
        .unexpectedParameter, "the weights have \(entry.name.quoted()), the network has no such parameter")
    }
  }
}
