import Documents

/// What `adapter_config.json` says about a LoRA adapter, as the Python library peft writes it.
///
/// Settings whose result does not depend on the weights alone, or that would change the base first, are refused by
/// name: an adapter that is applied wrongly looks like one that was trained badly.
///
/// - Checked by: AdapterConfigurationTests.
package struct AdapterConfiguration: Sendable {
  package static let fileName = "adapter_config.json"

  /// The rank r of modules without one of their own.
  package let rank: Int
  /// The numerator α of the scaling.
  package let alpha: Double
  /// Whether the scaling is α/√r instead of α/r.
  package let usesRankStabilization: Bool
  /// Whether weights are stored as [in, out], as GPT-2's are.
  package let fanInFanOut: Bool
  package let usesDoRA: Bool
  /// The model that the adapter was trained on, as its author called it.
  package let baseModel: String?
  private let rankPatterns: [(pattern: ModulePattern, rank: Int)]
  private let alphaPatterns: [(pattern: ModulePattern, alpha: Double)]

  /// Settings that make an adapter one that no weights alone stand for, or that need the base changed first.
  private static let refusedSettings = [
    "alora_invocation_tokens", "arrow_config", "layer_replication", "trainable_token_indices", "use_qalora",
    "use_bdlora", "velora_config", "monteclora_config", "kasa_config", "target_parameters",
  ]
  /// Ways to start a training that put a part of the base into the adapter.
  private static let refusedStarts = ["pissa", "olora", "corda", "loftq", "lora_ga"]

  /// - Throws: `badCompanion`, `duplicateKey`.
  package init(_ bytes: [UInt8]) throws(CheckpointError) {
    let root = try Companion.object(bytes, "the adapter's configuration")
    let kind = root["peft_type"]?.stringValue ?? "none"
    guard kind == "LORA" else {
      throw CheckpointError(.badCompanion, "the adapter is of type \(kind.quoted(limit: 40)); only LORA is read")
    }
    for key in AdapterConfiguration.refusedSettings {
      if let value = root[key], value != .null, value != false {
        throw CheckpointError(.badCompanion, "the adapter uses \"\(key)\", which cannot be merged into weights")
      }
    }
    if let start = root["init_lora_weights"]?.stringValue?.lowercased(),
      AdapterConfiguration.refusedStarts.contains(where: start.hasPrefix)
    {
      throw CheckpointError(
        .badCompanion,
        "the adapter was started with \(start.quoted(limit: 40)), so it fits only a base that was changed with it; "
          + "peft converts it: save_pretrained(…, path_initial_model_for_weight_conversion=…)")
    }
    rank = try AdapterConfiguration.count(root["r"], "r") ?? 8
    alpha = try AdapterConfiguration.number(root["lora_alpha"], "lora_alpha") ?? 8
    usesRankStabilization = try AdapterConfiguration.flag(root["use_rslora"], "use_rslora")
    fanInFanOut = try AdapterConfiguration.flag(root["fan_in_fan_out"], "fan_in_fan_out")
    usesDoRA = try AdapterConfiguration.flag(root["use_dora"], "use_dora")
    baseModel = root["base_model_name_or_path"]?.stringValue
    var rankPatterns: [(pattern: ModulePattern, rank: Int)] = []
    for (key, value) in root["rank_pattern"]?.objectValue?.members ?? [] {
      let rank = try AdapterConfiguration.count(value, "rank_pattern") ?? 1
      rankPatterns.append((try ModulePattern(key), rank))
    }
    var alphaPatterns: [(pattern: ModulePattern, alpha: Double)] = []
    for (key, value) in root["alpha_pattern"]?.objectValue?.members ?? [] {
      let alpha = try AdapterConfiguration.number(value, "alpha_pattern") ?? 0
      alphaPatterns.append((try ModulePattern(key), alpha))
    }
    self.rankPatterns = rankPatterns
    self.alphaPatterns = alphaPatterns
  }

  /// The rank that a module was given.
  package func rank(of module: String) -> Int {
    rankPatterns.first { $0.pattern.matches(module) }?.rank ?? rank
  }

  /// s in W + s·B·A: α/r, or α/√r.
  package func scaling(of module: String) -> Double {
    let alpha = alphaPatterns.first { $0.pattern.matches(module) }?.alpha ?? alpha
    let rank = Double(self.rank(of: module))
    return alpha / (usesRankStabilization ? rank.squareRoot() : rank)
  }

  private static func count(_ value: JSONValue?, _ key: String) throws(CheckpointError) -> Int? {
    guard let value, value != .null else { return nil }
    guard let number = value.integerValue, (1...1 << 24).contains(number) else {
      throw CheckpointError(.badCompanion, "\"\(key)\" of the adapter is not an integer from 1 on")
    }
    return Int(number)
  }

  private static func number(_ value: JSONValue?, _ key: String) throws(CheckpointError) -> Double? {
    guard let value, value != .null else { return nil }
    guard let number = value.numberValue, number.isFinite else {
      throw CheckpointError(.badCompanion, "\"\(key)\" of the adapter is not a number")
    }
    return number
  }

  private static func flag(_ value: JSONValue?, _ key: String) throws(CheckpointError) -> Bool {
    guard let value, value != .null else { return false }
    guard let flag = value.boolValue else {
      throw CheckpointError(.badCompanion, "\"\(key)\" of the adapter is not true or false")
    }
    return flag
  }
}

/// A regular expression for the end of a module's name, as peft takes it: after the start of the name or a dot.
struct ModulePattern: Sendable {
  private static let maximumByteCount = 1000

  private let text: String
  /// Plain names, and those that only anchor themselves, need no regular expression.
  private let literal: String?

  /// - Throws: `badCompanion` if it is no regular expression.
  init(_ text: String) throws(CheckpointError) {
    self.text = text
    let body = text.hasPrefix("^") ? text.dropFirst() : text[...]
    let isLiteral = body.utf8.allSatisfy { byte in
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || byte == UInt8(ascii: "_")
        || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }
    literal = isLiteral ? String(body) : nil
    guard !isLiteral else { return }
    guard text.utf8.count <= ModulePattern.maximumByteCount, (try? ModulePattern.expression(text)) != nil else {
      throw CheckpointError(.badCompanion, "the pattern \(text.quoted(limit: 60)) of the adapter cannot be read")
    }
  }

  func matches(_ name: String) -> Bool {
    if let literal {
      return name == literal || (!text.hasPrefix("^") && name.hasSuffix("." + literal))
    }
    guard let expression = try? ModulePattern.expression(text) else { return false }
    return (try? expression.wholeMatch(in: name)) != nil
  }

  private static func expression(_ text: String) throws -> Regex<AnyRegexOutput> {
    try Regex("(?:.*\\.)?(?:\(text))")
  }
}
