import Documents

/// Which tensors of a model belong to which of its layers, read off their names: `model.layers.3.mlp.up_proj.weight` is
/// of layer 3. What repeats within a layer (experts) has a number of its own behind that.
///
/// - Checked by: MergekitGoldenTests.
struct LayerNames: Sendable {
  /// A tensor's place.
  enum Place: Hashable, Sendable {
    /// Of a numbered layer: the text before its number, the number, and the text behind it.
    case layer(stack: String, index: Int, rest: String)
    /// Before the layers: embeddings.
    case before
    /// Behind them: the last norm, the output.
    case after
  }

  /// The stacks of layers with the number of their layers, in the order of the names.
  let stacks: [(name: String, layerCount: Int)]
  private let names: [String]

  /// Keys of configurations that count layers.
  static let countKeys = ["num_hidden_layers", "n_layer", "num_layers", "n_layers", "encoder_layers"]

  init(_ names: [String], configuration: JSONObject?) {
    self.names = names
    var indices: [JSONKey: Set<Int>] = [:]
    var order: [String] = []
    for name in names {
      guard let (stack, index, _) = LayerNames.split(name) else { continue }
      if indices[JSONKey(stack)] == nil { order.append(stack) }
      indices[JSONKey(stack), default: []].insert(index)
    }
    let complete = order.compactMap { stack -> (name: String, layerCount: Int)? in
      guard let found = indices[JSONKey(stack)], found == Set(0..<found.count) else { return nil }
      return (stack, found.count)
    }
    let stated = LayerNames.countKeys.compactMap { key in
      (configuration?[key] ?? configuration?["text_config"]?[key])?.integerValue.flatMap { Int(exactly: $0) }
    }
    let fitting = complete.filter { stated.contains($0.layerCount) }
    // Heads and modules in lists have numbers too; a model's configuration says how many its layers are.
    stacks = fitting.isEmpty ? complete.filter { $0.layerCount > 1 } : fitting
  }

  func place(_ name: String) -> Place {
    if let (stack, index, rest) = LayerNames.split(name), stacks.contains(where: { JSONKey($0.name) == JSONKey(stack) })
    {
      return .layer(stack: stack, index: index, rest: rest)
    }
    return LayerNames.isEmbedding(name) ? .before : .after
  }

  /// Where a layer stands in its stack: 0 the first, 1 the last, or the only one.
  func position(_ index: Int, in stack: String) -> Double {
    let count = stacks.first { JSONKey($0.name) == JSONKey(stack) }?.layerCount ?? 1
    return count > 1 ? Double(index) / Double(count - 1) : 1
  }

  /// The parts of a name around its first number that stands alone between dots.
  private static func split(_ name: String) -> (stack: String, index: Int, rest: String)? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard
      let place = parts.firstIndex(where: { part in
        !part.isEmpty && part.utf8.count < 10 && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
      }), place > 0, let index = Int(parts[place])
    else { return nil }
    return (parts[..<place].joined(separator: "."), index, parts[(place + 1)...].joined(separator: "."))
  }

  /// Input embeddings, of words, places and types, and their norm.
  private static func isEmbedding(_ name: String) -> Bool {
    name.split(separator: ".").contains { part in
      (part.contains("embed") || part == "wte" || part == "wpe") && part != "embed_out"
    }
  }

  static func name(stack: String, index: Int, rest: String) -> String {
    rest.isEmpty ? "\(stack).\(index)" : "\(stack).\(index).\(rest)"
  }
}
