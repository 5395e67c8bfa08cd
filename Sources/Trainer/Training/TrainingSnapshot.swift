import Documents

/// Where a run stands, so that it can be continued to the same bits.
///
/// Numbers are JSON, tensors are named: `weights/…` the network's, `factors/…` LoRA's, and flat blocks in the order in
/// which the trainer keeps them.
package struct TrainingSnapshot: Sendable, Equatable {
  package let numbers: JSONObject
  package let tensors: StateDict

  package init(numbers: JSONObject, tensors: StateDict) {
    self.numbers = numbers
    self.tensors = tensors
  }

  /// The phase the run was in.
  var phase: TrainingProgress.Phase? { (numbers["phase"]?.stringValue).flatMap(TrainingProgress.Phase.init) }

  /// Steps done in it.
  package var step: Int { integer("step") ?? 0 }

  func integer(_ key: String) -> Int? { (numbers[key]?.integerValue).flatMap(Int.init(exactly:)) }

  func doubles(_ key: String) -> [Double] { numbers[key]?.arrayValue?.compactMap(\.numberValue) ?? [] }

  /// The tensors whose names begin with a prefix, without it.
  func tensors(below prefix: String) throws -> StateDict {
    var result = StateDict()
    for entry in tensors.entries where entry.name.hasPrefix(prefix) {
      let name = String(entry.name.dropFirst(prefix.count))
      try result.set(name, shape: entry.shape, elements: entry.elements)
    }
    return result
  }

  /// Copies a flat block back.
  ///
  /// - Throws: `TrainerError` with code `unfitSnapshot`.
  func restore(_ name: String, into block: UnsafeMutableBufferPointer<Float>) throws {
    guard let entry = tensors[name], entry.values.count == block.count else {
      throw TrainerError(
        .unfitSnapshot, "the saved state has no \(name.quoted()) of \(block.count) elements: it is of another run")
    }
    _ = block.update(fromContentsOf: entry.values)
  }
}

extension StateDict {
  /// Adds another state dict's entries under names with a prefix.
  mutating func add(_ other: StateDict, below prefix: String) throws {
    for entry in other.entries {
      try set(prefix + entry.name, shape: entry.shape, elements: entry.elements)
    }
  }

  mutating func add(_ name: String, _ block: UnsafeMutableBufferPointer<Float>) throws {
    try set(name, shape: [block.count], values: Array(block))
  }
}
