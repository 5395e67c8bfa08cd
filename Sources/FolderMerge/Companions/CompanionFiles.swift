import Checkpoints
import Documents
import Tensors

/// The files of the result beside its weights: configuration, tokenizer and what else loading the model needs.
///
/// They are the base's, or the first model's. With a base, what models changed is taken: of JSON files key by key, of others
/// whole. Where two models changed the same key in different ways, the first change stands; the same file that is no JSON, the
/// base's. Without a base nobody can say who changed what, and the first model's stands. Notes say so.
struct CompanionFiles {
  private let base: ModelInput?
  private let models: [ModelInput]
  private let plan: MergePlan
  private(set) var notes: [String] = []

  init(base: ModelInput?, models: [ModelInput], plan: MergePlan) {
    self.base = base
    self.models = models
    self.plan = plan
  }

  private var template: ModelInput { base ?? models[0] }

  /// Names, or beginnings of names, of the files that belong to a model and hold no weights.
  private static let names: Set<String> = [
    "merges.txt", "vocab.txt", "vocab.json", "added_tokens.json", "special_tokens_map.json", "modules.json",
    "sentence_bert_config.json", "config_sentence_transformers.json", "preprocessor_config.json",
    "processor_config.json", "video_preprocessor_config.json", "spiece.model", "sentencepiece.bpe.model",
    "config.json", "generation_config.json",
  ]
  private static let prefixes = [
    "tokenizer", "chat_template", "LICENSE", "LICENCE", "NOTICE", "configuration_", "modeling_",
  ]

  static func isCompanion(_ name: String) -> Bool {
    names.contains(name) || prefixes.contains { name.hasPrefix($0) }
  }

  /// The files of the result, in order.
  mutating func files() throws -> [(name: String, bytes: [UInt8])] {
    guard let folder = template.model.folder else {
      if models.contains(where: { $0.model.folder != nil }) {
        notes.append("'\(template.name)' is a file alone, so there is no configuration and no tokenizer to copy")
      }
      return []
    }
    var files: [(name: String, bytes: [UInt8])] = []
    for name in try folder.fileNames() where CompanionFiles.isCompanion(name) {
      if let bytes = try merged(name, in: folder) { files.append((name, try finished(name, bytes))) }
    }
    return files + (try modules(folder))
  }

  /// One file by the rules, before the merge itself changes it.
  private mutating func merged(_ name: String, in folder: any ModelFolder) throws -> [UInt8]? {
    guard let own = try folder.bytes(name) else { return nil }
    let others = try models.compactMap { model -> [UInt8]? in
      model.model.folder?.name == folder.name ? nil : try model.model.folder?.bytes(name)
    }
    let changed = others.filter { $0 != own }
    // The vocabulary is united by its own rules.
    guard !changed.isEmpty, !(name == TokenizerFile.fileName && plan.vocabulary != nil) else { return own }
    guard base != nil else {
      notes.append("\(name) differs between the models; that of '\(template.name)' was taken")
      return own
    }
    if name.hasSuffix(".json"), let merged = mergedJSON(name, own, changed) { return merged }
    guard Set(changed).count == 1 else {
      notes.append("\(name) was changed in different ways; that of '\(template.name)' was kept")
      return own
    }
    return changed[0]
  }

  /// Members of `config.json` of which it does not matter what the models say: the merge sets them, or they tell of the folder
  /// that a model came from and of the version that wrote it.
  private var decidedKeys: [String] {
    ["_name_or_path", "transformers_version", "torch_dtype", "dtype"]
      + (plan.isTied == nil ? [] : ["tie_word_embeddings", "text_config.tie_word_embeddings"])
      + plan.configurationChanges.map { $0.path.joined(separator: ".") }
  }

  /// nil for what is no JSON.
  private mutating func mergedJSON(_ name: String, _ own: [UInt8], _ sides: [[UInt8]]) -> [UInt8]? {
    guard let base = try? JSONParser.parse(own) else { return nil }
    var result = base
    var conflicts: Set<String> = []
    for side in sides {
      guard let theirs = try? JSONParser.parse(side) else { return nil }
      let merge = JSONMerge(base: base, ours: result, theirs: theirs)
      result = merge.value ?? base
      conflicts.formUnion(merge.conflicts)
    }
    if name == "config.json" { conflicts.subtract(decidedKeys) }
    for conflict in conflicts.sorted() {
      notes.append("\(name): '\(conflict)' was changed in different ways; the first change was taken")
    }
    return JSONMerge.areEquivalent(result, base) ? own : CompanionFiles.text(result)
  }

  /// What the merge itself changes.
  private func finished(_ name: String, _ bytes: [UInt8]) throws -> [UInt8] {
    switch name {
    case "config.json": return ModelConfiguration(bytes).describing(plan)
    case TokenizerFile.fileName: return plan.vocabulary?.union.tokenizerBytes() ?? bytes
    case "tokenizer_config.json":
      return try tokenizerConfiguration(bytes)
    case "chat_template.jinja": return try chatTemplate().map { Array($0.utf8) } ?? bytes
    default: return bytes
    }
  }

  private func tokenizerConfiguration(_ bytes: [UInt8]) throws -> [UInt8] {
    var result = bytes
    do throws(CheckpointError) {
      if let vocabulary = plan.vocabulary { result = try vocabulary.union.configurationBytes(bytes) }
    } catch {
      throw FolderMergeError(
        .malformedModel, "'\(template.name)/tokenizer_config.json': \(error.message)", cause: error)
    }
    guard let text = try chatTemplate(), let root = try? JSONParser.parse(result), root.objectValue != nil else {
      return result
    }
    return CompanionFiles.text(root.setting(["chat_template"], to: .string(text)))
  }

  /// The template that replaces the base's.
  private func chatTemplate() throws -> String? {
    try plan.chatTemplate.flatMap { try ChatTemplate.text($0, of: (base.map { [$0] } ?? []) + models) }
  }

  /// The files of a sentence-transformers model's further modules, which stand in folders of their own.
  private mutating func modules(_ folder: any ModelFolder) throws -> [(name: String, bytes: [UInt8])] {
    guard let bytes = try folder.bytes("modules.json"), let modules = try? JSONParser.parse(bytes).arrayValue else {
      return []
    }
    var files: [(name: String, bytes: [UInt8])] = []
    for module in modules {
      guard let path = module["path"]?.stringValue, CompanionFiles.isFolderName(path) else { continue }
      for name in ["config.json", "model.safetensors"] {
        guard let bytes = try folder.bytes("\(path)/\(name)") else { continue }
        if name == "model.safetensors" {
          notes.append("the weights of '\(path)' are not merged; those of '\(template.name)' were copied")
        }
        files.append(("\(path)/\(name)", bytes))
      }
    }
    return files
  }

  private static func isFolderName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 100 && !text.hasPrefix(".")
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || "_-.".utf8.contains(byte)
      }
  }

  static func text(_ value: JSONValue) -> [UInt8] { Array((value.prettyString() + "\n").utf8) }
}
