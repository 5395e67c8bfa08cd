import Documents

/// The tokens of a `tokenizer.json`, as the Rust library `tokenizers` writes it.
///
///     {"added_tokens": [{"id": …, "content": …, "special": …, …}], …,
///      "model": {"type": "BPE", "vocab": {"token": id, …}, "merges": [["a", "b"], …]}}
///
/// A model of type Unigram has a list of pairs [token, score] instead; a token's id is its place there.
///
/// - Checked by: VocabularyUnionTests, against tokenizers.
package struct TokenizerFile: Sendable {
  package static let fileName = "tokenizer.json"

  /// How a text becomes tokens.
  package enum Model: String, Sendable {
    case bpe = "BPE"
    case wordPiece = "WordPiece"
    case wordLevel = "WordLevel"
    case unigram = "Unigram"
  }

  package struct Token: Sendable, Hashable {
    package let text: String
    package let id: Int
    /// The settings of a token that was added to the model's own; nil for those of the model.
    package let added: JSONObject?
  }

  package let model: Model
  /// All tokens by id.
  package let tokens: [Token]
  /// The id of each token, compared by bytes.
  package let ids: [JSONKey: Int]
  let root: JSONObject

  /// One more than the largest id.
  package var nextID: Int { (tokens.last?.id ?? -1) + 1 }

  /// No vocabulary comes near; a larger id would be a claim on memory.
  private static let largestID = 1 << 26

  /// Reads a tokenizer.
  ///
  /// - Throws: `badCompanion`, `duplicateKey`.
  package init(_ bytes: [UInt8]) throws(CheckpointError) {
    try self.init(Companion.object(bytes, "the tokenizer"))
  }

  init(_ root: JSONObject) throws(CheckpointError) {
    guard let description = root["model"]?.objectValue else {
      throw CheckpointError(.badCompanion, "the tokenizer has no \"model\"")
    }
    guard let model = TokenizerFile.model(of: description) else {
      let type = description["type"]?.stringValue ?? "none"
      throw CheckpointError(
        .badCompanion,
        "the tokenizer's model is \(type.quoted(limit: 40)); BPE, WordPiece, WordLevel and Unigram are read")
    }
    var ids: [JSONKey: Int] = [:]
    var tokens: [Token] = []
    for (text, id) in try TokenizerFile.vocabulary(description, model) where ids[JSONKey(text)] == nil {
      ids[JSONKey(text)] = id
      tokens.append(Token(text: text, id: id, added: nil))
    }
    let added = try TokenizerFile.addedTokens(root)
    for token in added { ids[JSONKey(token.text)] = token.id }
    let addedTexts = Set(added.map { JSONKey($0.text) })
    tokens.removeAll { addedTexts.contains(JSONKey($0.text)) }
    self.model = model
    self.tokens = (tokens + added).sorted { $0.id < $1.id }
    self.ids = ids
    self.root = root
  }

  /// Files of older versions have no type: the members tell.
  private static func model(of description: JSONObject) -> Model? {
    if let type = description["type"]?.stringValue { return Model(rawValue: type) }
    if description["merges"] != nil { return .bpe }
    if description["vocab"]?.arrayValue != nil { return .unigram }
    return description["continuing_subword_prefix"] != nil ? .wordPiece : description["vocab"].map { _ in .wordLevel }
  }

  private static func vocabulary(
    _ description: JSONObject, _ model: Model
  ) throws(CheckpointError) -> [(text: String, id: Int)] {
    var pairs: [(text: String, id: Int)] = []
    switch description["vocab"] {
    case .object(let members) where model != .unigram:
      for (text, value) in members.members { pairs.append((text, try id(value, of: text))) }
    case .array(let pieces) where model == .unigram:
      for (index, piece) in pieces.enumerated() {
        guard let text = piece.arrayValue?.first?.stringValue else {
          throw CheckpointError(
            .badCompanion, "piece \(index) of the tokenizer's vocabulary is no pair of text and score")
        }
        pairs.append((text, index))
      }
    default: throw CheckpointError(.badCompanion, "the tokenizer's model has no vocabulary")
    }
    return pairs
  }

  private static func addedTokens(_ root: JSONObject) throws(CheckpointError) -> [Token] {
    var tokens: [Token] = []
    var seen: Set<JSONKey> = []
    for entry in root["added_tokens"]?.arrayValue ?? [] {
      guard let object = entry.objectValue, let text = object["content"]?.stringValue else {
        throw CheckpointError(.badCompanion, "an added token of the tokenizer has no \"content\"")
      }
      guard seen.insert(JSONKey(text)).inserted else { continue }
      tokens.append(Token(text: text, id: try id(object["id"] ?? .null, of: text), added: object))
    }
    return tokens
  }

  private static func id(_ value: JSONValue, of text: String) throws(CheckpointError) -> Int {
    guard let number = value.integerValue, number >= 0, number < largestID else {
      throw CheckpointError(
        .badCompanion, "the id of the token \(text.quoted(limit: 40)) is not an integer from 0 to \(largestID - 1)")
    }
    return Int(number)
  }
}
