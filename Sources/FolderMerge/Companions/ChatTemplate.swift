import Documents

/// The chat template of a result: Jinja text that makes one prompt of the messages of a conversation.
enum ChatTemplate {
  /// Formats that a file can name.
  private static let named: [String: String] = [
    "chatml": """
    {% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}\
    {% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
    """,
    "llama3": """
    {{ bos_token }}{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' \
    + message['content'] | trim + '<|eot_id|>' }}{% endfor %}{% if add_generation_prompt %}\
    {{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}
    """,
    "alpaca": """
    {% for message in messages %}{% if message['role'] == 'system' %}{{ message['content'] + '\\n\\n' }}\
    {% elif message['role'] == 'user' %}{{ '### Instruction:\\n' + message['content'] + '\\n\\n' }}\
    {% else %}{{ '### Response:\\n' + message['content'] + eos_token + '\\n\\n' }}{% endif %}{% endfor %}\
    {% if add_generation_prompt %}{{ '### Response:\\n' }}{% endif %}
    """,
    "mistral": """
    {{ bos_token }}{% for message in messages %}{% if message['role'] == 'assistant' %}\
    {{ ' ' + message['content'] + eos_token }}{% else %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% endif %}\
    {% endfor %}
    """,
  ]

  /// The Jinja text that was asked for: given as it is, by name, or `auto` for the one that most models have.
  ///
  /// - Returns: nil if no model has one to choose from.
  /// - Throws: `FolderMergeError.badRequest` for a name that stands for none.
  static func text(_ asked: String, of models: [ModelInput]) throws -> String? {
    if asked == "auto" { return mostCommon(models.compactMap(template)) }
    if let text = named[asked] { return text }
    guard asked.contains("{") else {
      throw FolderMergeError(
        .badRequest,
        "there is no chat template '\(asked)': it is Jinja text, auto, or one of \(named.keys.sorted().joined(separator: ", "))"
      )
    }
    return asked
  }

  private static func mostCommon(_ templates: [String]) -> String? {
    var counts: [String: Int] = [:]
    for template in templates { counts[template, default: 0] += 1 }
    let most = counts.values.max()
    return templates.first { counts[$0] == most }
  }

  /// A model's own template: in a file of its own, or in the tokenizer's configuration, alone or as the default of several.
  private static func template(_ input: ModelInput) -> String? {
    guard let folder = input.model.folder else { return nil }
    if let bytes = try? folder.bytes("chat_template.jinja") { return String(decoding: bytes, as: UTF8.self) }
    guard let bytes = try? folder.bytes("tokenizer_config.json"),
      let value = try? JSONParser.parse(bytes)["chat_template"]
    else { return nil }
    if let text = value.stringValue { return text }
    return value.arrayValue?.first { $0["name"] == "default" }?["template"]?.stringValue
  }
}
