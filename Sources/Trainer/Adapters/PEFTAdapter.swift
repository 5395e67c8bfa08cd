import Documents
import Tensors

/// Factors of LoRA as Hugging Face PEFT stores them: `adapter_config.json` and `adapter_model.safetensors`, with the
/// tensors `base_model.model.<layer>.lora_A.weight` and `….lora_B.weight`.
///
/// Checked by: PEFTAdapterTests, against PEFT.
package struct PEFTAdapter: Sendable {
  package static let configurationFile = "adapter_config.json"
  package static let weightsFile = "adapter_model.safetensors"
  private static let prefix = "base_model.model."

  private let settings: LoRASettings
  /// By the names that `LoRAFactors` uses.
  private let factors: StateDict

  /// - Parameter factors: by name without PEFT's prefix.
  package init(settings: LoRASettings, factors: StateDict) {
    self.settings = settings
    self.factors = factors
  }

  /// Reads what PEFT, or wgit, has stored.
  ///
  /// - Throws: `TrainerError` with code `malformedAdapter` for adapters of another kind, with biases or weights of their
  ///   own, or with another rank for some layers.
  package init(configuration: JSONValue, tensors: StateDict) throws {
    guard configuration["peft_type"]?.stringValue == "LORA", let rank = configuration["r"]?.integerValue,
      let alpha = configuration["lora_alpha"]?.numberValue, rank >= 1, rank <= 4096, alpha > 0
    else { throw Self.refusal("it has no \"peft_type\" LORA, \"r\" and \"lora_alpha\"") }
    for (key, plain) in [("bias", JSONValue.string("none")), ("use_rslora", false), ("use_dora", false)] {
      if let value = configuration[key], value != plain { throw Self.refusal("its \(key.quoted()) is not supported") }
    }
    for key in ["rank_pattern", "alpha_pattern"] where configuration[key]?.objectValue?.isEmpty == false {
      throw Self.refusal("its \(key.quoted()) is not supported")
    }
    var factors = StateDict()
    var layers: [String] = []
    for entry in tensors.entries {
      guard entry.name.hasPrefix(Self.prefix) else {
        throw Self.refusal("\(entry.name.quoted()) does not begin with \(Self.prefix.quoted())")
      }
      let name = String(entry.name.dropFirst(Self.prefix.count))
      let suffix = ".lora_A.weight"
      if name.hasSuffix(suffix) {
        layers.append(String(name.dropLast(suffix.count)))
      } else if !name.hasSuffix(".lora_B.weight") {
        throw Self.refusal("\(entry.name.quoted()) is no factor of LoRA")
      }
      try factors.set(name, shape: entry.shape, values: entry.values)
    }
    settings = LoRASettings(rank: Int(rank), alpha: alpha, targets: layers.map(NamePattern.literal))
    self.factors = factors
  }

  private static func refusal(_ reason: String) -> TrainerError {
    TrainerError(.malformedAdapter, "the adapter beside the weights cannot be used: \(reason)")
  }

  /// `adapter_config.json`.
  package var configuration: JSONValue {
    let layers = factors.names.filter { $0.hasSuffix(".lora_A.weight") }.map { String($0.dropLast(14)) }
    return [
      "peft_type": "LORA", "task_type": .null, "r": .integer(Int64(settings.rank)),
      "lora_alpha": .number(settings.alpha), "lora_dropout": .number(0), "bias": "none", "fan_in_fan_out": false,
      "inference_mode": true, "init_lora_weights": true, "modules_to_save": .null, "use_rslora": false,
      "base_model_name_or_path": .null, "target_modules": .array(layers.sorted().map { .string($0) }),
    ]
  }

  /// The tensors of `adapter_model.safetensors`.
  package func tensors() throws -> StateDict {
    var result = StateDict()
    for entry in factors.entries { try result.set(Self.prefix + entry.name, shape: entry.shape, values: entry.values) }
    return result
  }

  /// The weights of the network with the factors' product added, as training runs on them.
  ///
  /// - Throws: `TrainerError` if the adapter is not one of this network.
  package func merged(into weights: StateDict, of network: NetworkDefinition) throws -> StateDict {
    guard !factors.entries.isEmpty else { return weights }
    let trainable = try TrainableWeights(
      Network(network.chain), weights, lora: settings, seed: 0, blas: try BLAS.load())
    try trainable.restore(base: weights, adapter: factors)
    var result = weights
    result.merge(try trainable.state.stateDict())
    return result
  }
}
