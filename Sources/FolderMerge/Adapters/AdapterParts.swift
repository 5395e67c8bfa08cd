import Checkpoints
import Documents
import Tensors

/// Sorts the tensors of an adapter's file by the tensor of the base that they belong to.
///
///     base_model.model.<module>.lora_A.weight, .lora_B.weight      [r, in], [out, r]
///     base_model.model.<module>.lora_B.bias                        [out]
///     base_model.model.<module>.lora_embedding_A, _B               [r, vocabulary], [dimension, r]
///     base_model.model.<module>.lora_magnitude_vector(.weight)     [out], or [1, out, 1, 1]
///     base_model.model.<module>.base_layer.weight                  in place of the base's own
///     base_model.model.<module>.weight, .bias                      of a module that was trained whole
struct AdapterParts {
  private let weights: OpenModel
  private let configuration: AdapterConfiguration

  private static let prefix = "base_model.model."
  /// What older versions put between a factor's name and `weight`.
  private static let defaultAdapter = ".default"

  init(_ weights: OpenModel, _ configuration: AdapterConfiguration) {
    self.weights = weights
    self.configuration = configuration
  }

  /// The parts of one module.
  private struct Module {
    var a: String?
    var b: String?
    var embeddingA: String?
    var embeddingB: String?
    var bias: String?
    var magnitude: String?
  }

  func updates() throws -> [JSONKey: Adapter.Update] {
    var updates: [JSONKey: Adapter.Update] = [:]
    var modules: [JSONKey: Module] = [:]
    // What a wrapper keeps of the base as it was does not count.
    for tensor in weights.tensorNames where !tensor.contains(".original_module.") {
      let name = AdapterParts.normalized(tensor)
      guard let (module, part) = AdapterParts.part(of: name) else {
        guard !name.contains(".lora_") else {
          throw FolderMergeError(.badAdapter, "'\(weights.name)' has a part that is not known: '\(tensor)'")
        }
        updates[JSONKey(name), default: Adapter.Update()].replacement = tensor
        continue
      }
      modules[JSONKey(module), default: Module()][keyPath: part] = tensor
    }
    for (key, module) in modules { try add(module, named: key.text, to: &updates) }
    return updates
  }

  private func add(_ module: Module, named name: String, to updates: inout [JSONKey: Adapter.Update]) throws {
    let isEmbedding = module.embeddingA != nil || module.embeddingB != nil
    guard let a = module.a ?? module.embeddingA, let b = module.b ?? module.embeddingB,
      !(isEmbedding && (module.a != nil || module.b != nil)), let rank = weights.descriptor(a)?.shape.dimensions.first
    else {
      throw FolderMergeError(.badAdapter, "'\(weights.name)' has only a part of the factors of '\(name)'")
    }
    guard rank == configuration.rank(of: name) else {
      throw FolderMergeError(
        .badAdapter,
        "'\(weights.name)': '\(name)' has rank \(rank), its configuration says \(configuration.rank(of: name))")
    }
    guard !configuration.usesDoRA || module.magnitude != nil else {
      throw FolderMergeError(.badAdapter, "'\(weights.name)' uses DoRA, but '\(name)' has no magnitudes")
    }
    let scaling = configuration.scaling(of: name)
    updates[JSONKey("\(name).weight"), default: Adapter.Update()].product = Adapter.Product(
      a: a, b: b, isEmbedding: isEmbedding, scaling: scaling, rank: rank, magnitude: module.magnitude)
    if let bias = module.bias {
      updates[JSONKey("\(name).bias"), default: Adapter.Update()].biasDelta = (bias, scaling)
    }
  }

  private static func part(of name: String) -> (module: String, part: WritableKeyPath<Module, String?>)? {
    let suffixes: [(String, WritableKeyPath<Module, String?>)] = [
      (".lora_A.weight", \.a), (".lora_B.weight", \.b), (".lora_B.bias", \.bias),
      (".lora_embedding_A", \.embeddingA), (".lora_embedding_B", \.embeddingB),
      (".lora_magnitude_vector", \.magnitude), (".lora_magnitude_vector.weight", \.magnitude),
    ]
    for (suffix, part) in suffixes where name.hasSuffix(suffix) { return (String(name.dropLast(suffix.count)), part) }
    return nil
  }

  /// A tensor's name as the base would have it, but for the part at the end that says what it is.
  static func normalized(_ tensor: String) -> String {
    var name = tensor.hasPrefix(prefix) ? String(tensor.dropFirst(prefix.count)) : tensor
    for wrapper in [".base_layer", ".modules_to_save.default", ".modules_to_save"] {
      name = name.replacing(wrapper + ".", with: ".")
    }
    for marker in [".lora_A", ".lora_B", ".lora_embedding_A", ".lora_embedding_B", ".lora_magnitude_vector"] {
      name = name.replacing(marker + defaultAdapter, with: marker)
    }
    return name
  }

  /// Whether two names differ at most by one part that one of them has in front: `model.`, `transformer.`.
  static func isSameName(_ left: String, _ right: String) -> Bool {
    let (short, long) = left.utf8.count <= right.utf8.count ? (left, right) : (right, left)
    guard long.utf8.count > short.utf8.count else { return long.utf8.elementsEqual(short.utf8) }
    guard let dot = long.utf8.firstIndex(of: UInt8(ascii: ".")) else { return false }
    return long.utf8[long.utf8.index(after: dot)...].elementsEqual(short.utf8)
  }
}
