import Checkpoints
import Documents

/// A prefix that one version of a checkpoint puts before the names of another: a model alone has `encoder.weight`, under a
/// classifier it is `bert.encoder.weight`.
package struct TensorPrefix: Sendable, Equatable {
  /// Ends with a dot.
  package let text: String
  /// Whether the later version has it, or the earlier one.
  package let isAdded: Bool

  /// - Returns: nil unless the same prefix makes names of one version those of the other, with the same shapes, for most
  ///   tensors that have no namesake.
  init?(from before: [Manifest.Tensor], to after: [Manifest.Tensor]) {
    let names = (Set(before.map { TensorName($0.name) }), Set(after.map { TensorName($0.name) }))
    let lost = before.filter { !names.1.contains(TensorName($0.name)) }
    let new = after.filter { !names.0.contains(TensorName($0.name)) }
    guard
      let found = Self.prefix(of: new, over: lost).map({ ($0, true) })
        ?? Self.prefix(of: lost, over: new).map({ ($0, false) })
    else { return nil }
    (text, isAdded) = found
  }

  private static func prefix(of longer: [Manifest.Tensor], over shorter: [Manifest.Tensor]) -> String? {
    let shapes = Dictionary(shorter.map { (TensorName($0.name), $0.shape) }, uniquingKeysWith: { first, _ in first })
    var counts: [String: Int] = [:]
    for tensor in longer {
      for (position, byte) in tensor.name.utf8.enumerated() where byte == UInt8(ascii: ".") {
        let rest = String(decoding: tensor.name.utf8.dropFirst(position + 1), as: UTF8.self)
        guard shapes[TensorName(rest)] == tensor.shape else { continue }
        counts[String(decoding: tensor.name.utf8.prefix(position + 1), as: UTF8.self), default: 0] += 1
      }
    }
    guard let best = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }), 2 * best.value > shorter.count else {
      return nil
    }
    return best.key
  }

  /// What the earlier version calls a tensor of the later one.
  func earlier(_ name: String) -> String? {
    guard isAdded else { return text + name }
    return name.utf8.starts(with: text.utf8)
      ? String(decoding: name.utf8.dropFirst(text.utf8.count), as: UTF8.self) : nil
  }

  /// What a model alone calls a tensor of the same model under a head, by the architecture that its `config.json` names.
  static func bare(_ name: String, _ configuration: JSONObject?) -> String? {
    guard let family = configuration?["model_type"]?.stringValue, !family.isEmpty else { return nil }
    let prefix = "\(family)."
    return name.utf8.starts(with: prefix.utf8)
      ? String(decoding: name.utf8.dropFirst(prefix.utf8.count), as: UTF8.self) : nil
  }
}
