import Documents
import Tensors

/// Where a `config.json` says something else of a model than its weights do.
///
/// - Checked by: ConfigurationFaultsTests.
package enum ConfigurationFaults {
  private static let layerCountKeys = ["num_hidden_layers", "n_layer", "num_layers", "n_layers"]
  private static let widthKeys = ["hidden_size", "n_embd", "d_model"]

  /// The keys that do not fit, each with the reason.
  ///
  /// - Parameters:
  ///   - tensors: of the model.
  ///   - isTied: whether an output embedding has the elements of an input embedding.
  package static func find(
    in configuration: JSONObject, _ tensors: [(name: String, shape: Shape)],
    isTied: (_ output: String, _ input: String) -> Bool
  ) -> [String: String] {
    let root = configuration["text_config"]?.objectValue ?? configuration
    var faults: [String: String] = [:]
    let embeddings = tensors.filter {
      $0.shape.rank == 2 && EmbeddingNames.isVocabulary($0.name, $0.shape, nil)
    }
    if let stated = count("vocab_size", configuration) ?? count("vocab_size", root),
      let other = embeddings.first(where: { $0.shape.dimensions[0] != stated })
    {
      faults["vocab_size"] = "vocab_size is \(stated), but '\(other.name)' has \(other.shape.dimensions[0]) rows"
    }
    for key in widthKeys {
      guard let stated = count(key, root), let other = embeddings.first(where: { $0.shape.dimensions[1] != stated })
      else { continue }
      faults[key] = "\(key) is \(stated), but '\(other.name)' has \(other.shape.dimensions[1]) columns"
    }
    let layers = layerCounts(tensors.map(\.name))
    for key in layerCountKeys {
      guard let stated = count(key, root), let longest = layers.max(), !layers.contains(stated) else { continue }
      faults[key] = "\(key) is \(stated), but there are \(longest) layers"
    }
    if EmbeddingNames.isTied(configuration) == true {
      let names = Set(tensors.map { JSONKey($0.name) })
      let parted = EmbeddingNames.outputs.first { output in
        guard names.contains(JSONKey(output)),
          let input = EmbeddingNames.inputs(ofOutput: output).first(where: { names.contains(JSONKey($0)) })
        else { return false }
        return !isTied(output, input)
      }
      if let parted {
        faults["tie_word_embeddings"] = "tie_word_embeddings is true, but '\(parted)' is not the input embedding"
      }
    }
    return faults
  }

  private static func count(_ key: String, _ object: JSONObject) -> Int? {
    object[key]?.integerValue.flatMap { Int(exactly: $0) }
  }

  /// How many layers each numbered stack of the names has: `model.layers.3.mlp.weight` is of a stack of at least four.
  private static func layerCounts(_ names: [String]) -> Set<Int> {
    var counts: [JSONKey: Int] = [:]
    for name in names {
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      guard let place = parts.firstIndex(where: { Int($0) != nil }), let index = Int(parts[place]), index >= 0,
        index < Int.max
      else { continue }
      let stack = JSONKey(parts[..<place].joined(separator: "."))
      counts[stack] = max(counts[stack] ?? 0, index + 1)
    }
    return Set(counts.values)
  }
}
