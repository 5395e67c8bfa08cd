import Documents

/// The vocabulary of a merged model: all tokens of a base with their ids, then those that only other models have.
///
/// New tokens get the ids after the base's last one: model by model in the order given, within a model by id.
///
/// A new token that is of the other model's own vocabulary becomes one of the result's, so that texts can reach it, if
/// both tokenizers are of one type; with BPE the merges that make it come after the base's. Otherwise, and if the
/// other model had it as an added token, it is an added token.
///
/// - Checked by: VocabularyUnionTests, against tokenizers.
package struct VocabularyUnion: Sendable {
  package let base: TokenizerFile
  /// The new tokens with their ids in the union.
  package let newTokens: [TokenizerFile.Token]
  /// The id of each token of the union.
  package let ids: [JSONKey: Int]
  /// Merges of other models that make the new tokens, in their order.
  private let newMerges: [JSONValue]
  /// Unigram: the scores of new pieces.
  private let newScores: [JSONKey: JSONValue]

  /// One more than the largest id.
  package var nextID: Int { base.nextID + newTokens.count }

  /// - Parameter extra: tokens that the result must have even if no model has them; they come last.
  package init(base: TokenizerFile, others: [TokenizerFile], extra: [String] = []) {
    var ids = base.ids
    var tokens: [TokenizerFile.Token] = []
    var scores: [JSONKey: JSONValue] = [:]
    for other in others {
      let otherScores = other.model == .unigram ? VocabularyUnion.scores(of: other) : [:]
      for token in other.tokens where ids[JSONKey(token.text)] == nil {
        let key = JSONKey(token.text)
        let id = base.nextID + tokens.count
        ids[key] = id
        scores[key] = otherScores[key]
        let isOwn = token.added == nil && other.model == base.model
        tokens.append(
          TokenizerFile.Token(
            text: token.text, id: id,
            added: isOwn ? nil : VocabularyUnion.entry(token.text, id: id, settings: token.added)))
      }
    }
    for text in extra where ids[JSONKey(text)] == nil {
      let id = base.nextID + tokens.count
      ids[JSONKey(text)] = id
      tokens.append(
        TokenizerFile.Token(text: text, id: id, added: VocabularyUnion.entry(text, id: id, settings: nil)))
    }
    self.base = base
    self.ids = ids
    newTokens = tokens
    newScores = scores
    newMerges = VocabularyUnion.merges(base: base, others: others, new: tokens)
  }

  /// The text of the union's `tokenizer.json`: the base's but for the tokens.
  package func tokenizerBytes() -> [UInt8] {
    guard !newTokens.isEmpty else { return VocabularyUnion.text(base.root) }
    var root = base.root.members
    if newTokens.contains(where: { $0.added == nil }) {
      root.append((key: "model", value: .object(extendedModel())))
    }
    let added = newTokens.compactMap { $0.added.map(JSONValue.object) }
    root.append((key: "added_tokens", value: .array((base.root["added_tokens"]?.arrayValue ?? []) + added)))
    return VocabularyUnion.text(JSONObject(root))
  }

  /// A `tokenizer_config.json` with the added tokens of the union.
  ///
  /// - Throws: `badCompanion`, `duplicateKey`.
  package func configurationBytes(_ bytes: [UInt8]) throws(CheckpointError) -> [UInt8] {
    let root = try Companion.object(bytes, "the tokenizer's configuration")
    guard let decoder = root["added_tokens_decoder"]?.objectValue else { return bytes }
    var members = decoder.members
    for token in newTokens {
      guard let added = token.added else { continue }
      let settings = added.members.filter { $0.key != "id" }
      members.append((key: String(token.id), value: .object(JSONObject(settings))))
    }
    return VocabularyUnion.text(
      JSONObject(root.members + [(key: "added_tokens_decoder", value: .object(JSONObject(members)))]))
  }

  private static func text(_ root: JSONObject) -> [UInt8] {
    Array((JSONValue.object(root).prettyString() + "\n").utf8)
  }

  /// The model with all tokens of the union. The library gives an added token the id that the model has for it, else the
  /// next free one: so added tokens must stand in the model too, or they would move.
  private func extendedModel() -> JSONObject {
    let model = base.root["model"]?.objectValue ?? JSONObject()
    let all = base.tokens + newTokens
    var members = model.members
    switch base.model {
    case .unigram:
      let known = VocabularyUnion.scores(of: base)
      var pieces = all.map { token -> JSONValue in
        let key = JSONKey(token.text)
        return [.string(token.text), known[key] ?? newScores[key] ?? 0]
      }
      // A piece's place is its id: holes are filled with pieces that no text holds.
      for (index, token) in all.enumerated() where token.id != index {
        pieces = VocabularyUnion.spread(all, pieces)
        break
      }
      members.append((key: "vocab", value: .array(pieces)))
    case .bpe, .wordPiece, .wordLevel:
      members.append(
        (
          key: "vocab",
          value: .object(JSONObject(all.map { (key: $0.text, value: .integer(Int64($0.id))) }))
        ))
      if !newMerges.isEmpty {
        let merges = (model["merges"]?.arrayValue ?? []) + newMerges
        members.append((key: "merges", value: .array(merges)))
      }
    }
    return JSONObject(members)
  }

  private static func spread(_ tokens: [TokenizerFile.Token], _ pieces: [JSONValue]) -> [JSONValue] {
    var places = (0..<((tokens.last?.id ?? -1) + 1)).map { JSONValue.array([.string("<unused_id_\($0)>"), -1e9]) }
    for (token, piece) in zip(tokens, pieces) { places[token.id] = piece }
    return places
  }

  private static func scores(of tokenizer: TokenizerFile) -> [JSONKey: JSONValue] {
    var scores: [JSONKey: JSONValue] = [:]
    for piece in tokenizer.root["model"]?["vocab"]?.arrayValue ?? [] {
      guard let pair = piece.arrayValue, pair.count == 2, let text = pair[0].stringValue else { continue }
      scores[JSONKey(text)] = pair[1]
    }
    return scores
  }

  /// Merges that the base lacks and that make a new token, or a part of one.
  private static func merges(
    base: TokenizerFile, others: [TokenizerFile], new: [TokenizerFile.Token]
  ) -> [JSONValue] {
    guard base.model == .bpe, new.contains(where: { $0.added == nil }) else { return [] }
    let written = base.root["model"]?["merges"]?.arrayValue ?? []
    let asText = written.first?.stringValue != nil
    var seen = Set(written.compactMap(parts).map { "\($0.0) \($0.1)" }.map(JSONKey.init))
    let made = Set(new.filter { $0.added == nil }.map { JSONKey($0.text) })
    var merges: [JSONValue] = []
    for other in others where other.model == .bpe {
      for merge in other.root["model"]?["merges"]?.arrayValue ?? [] {
        guard let (left, right) = parts(merge), made.contains(JSONKey(left + right)),
          seen.insert(JSONKey("\(left) \(right)")).inserted
        else { continue }
        merges.append(asText ? .string("\(left) \(right)") : [.string(left), .string(right)])
      }
    }
    return merges
  }

  private static func parts(_ merge: JSONValue) -> (String, String)? {
    if let pair = merge.arrayValue {
      guard pair.count == 2, let left = pair[0].stringValue, let right = pair[1].stringValue else { return nil }
      return (left, right)
    }
    let words = (merge.stringValue ?? "").split(separator: " ", omittingEmptySubsequences: false)
    return words.count == 2 ? (String(words[0]), String(words[1])) : nil
  }

  /// An added token: the settings of the model it comes from, or those of a plain word.
  private static func entry(_ text: String, id: Int, settings: JSONObject?) -> JSONObject {
    let plain: [JSONObject.Member] = [
      (key: "id", value: .integer(Int64(id))), (key: "content", value: .string(text)),
      (key: "single_word", value: false),
      (key: "lstrip", value: false), (key: "rstrip", value: false), (key: "normalized", value: true),
      (key: "special", value: false),
    ]
    let own = (settings?.members ?? []).filter { $0.key != "id" && $0.key != "content" }
    return JSONObject(plain + own)
  }
}
