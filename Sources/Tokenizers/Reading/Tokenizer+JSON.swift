import Documents

/// Reading `tokenizer.json`, as the Rust library `tokenizers` writes it.
extension Tokenizer {
  package static let fileName = "tokenizer.json"

  /// Deep enough for trees of processors, large enough for any vocabulary.
  private static let limits = JSONLimits(maximumDepth: 64, maximumByteCount: 256 << 20)

  /// - Throws: `.malformed`, `.unsupported` for parts that are not known here, `.missingToken`.
  package init(json bytes: [UInt8]) throws(TokenizerError) {
    let root: JSONValue
    do {
      root = try JSONParser.parse(bytes, limits: Tokenizer.limits)
    } catch {
      throw TokenizerError(.malformed, "the tokenizer is not JSON: \(error)")
    }
    let fields = try TokenizerFields(root, "the tokenizer")
    let description = try TokenizerFields(fields.object["model"], "the tokenizer's model")
    var ids = try Tokenizer.vocabulary(description)
    normalizer = try Tokenizer.normalizer(fields.object["normalizer"])
    splitter = try Tokenizer.splitter(fields.object["pre_tokenizer"])
    model = try Tokenizer.model(description, splitter: splitter, ids: ids)
    (rawTokens, normalizedTokens) = try Tokenizer.addedTokens(fields.object["added_tokens"], normalizer, &ids)
    template = try Tokenizer.template(fields.object["post_processor"])
    self.ids = ids
    idCount = Int(max(ids.values.max() ?? -1, template.largestID) + 1)
  }

  private static func vocabulary(_ model: TokenizerFields) throws(TokenizerError) -> [ArraySlice<UInt8>: Int32] {
    guard let members = model.object["vocab"]?.objectValue?.members else {
      throw model.wrong("vocab", "an object of ids")
    }
    var ids: [ArraySlice<UInt8>: Int32] = [:]
    ids.reserveCapacity(members.count)
    for (token, value) in members {
      ids[Array(token.utf8)[...]] = try TokenizerFields.id(value, "the id of the token \(token.quoted(limit: 40))")
    }
    return ids
  }

  private static func normalizer(_ value: JSONValue?) throws(TokenizerError) -> Normalizer? {
    guard let value, value != .null else { return nil }
    let fields = try TokenizerFields(value, "the normalizer")
    let type = try fields.string("type")
    switch type {
    case "BertNormalizer":
      let lowercases = try fields.bool("lowercase", or: true)
      return .bert(
        BertNormalizer(
          cleansText: try fields.bool("clean_text", or: true),
          separatesIdeographs: try fields.bool("handle_chinese_chars", or: true),
          // Unless it is said otherwise, accents go with the capitals.
          stripsAccents: try fields.bool("strip_accents", or: lowercases), lowercases: lowercases))
    case "Lowercase": return .lowercase
    case "StripAccents": return .stripAccents
    case "NFC", "NFD", "NFKC", "NFKD": return Normalizer.Form(rawValue: type).map { .form($0) }
    case "Sequence":
      guard let parts = fields.object["normalizers"]?.arrayValue else { throw fields.wrong("normalizers", "a list") }
      var normalizers: [Normalizer] = []
      for part in parts { if let normalizer = try normalizer(part) { normalizers.append(normalizer) } }
      return .sequence(normalizers)
    default: throw unsupported("normalizer", type)
    }
  }

  private static func splitter(_ value: JSONValue?) throws(TokenizerError) -> WordSplitter {
    let fields = try TokenizerFields(value, "the pre-tokenizer")
    let type = try fields.string("type")
    switch type {
    case "BertPreTokenizer": return .bert
    case "ByteLevel":
      try fields.requireUnused([("use_regex", true)])
      return .byteLevel(addsPrefixSpace: try fields.bool("add_prefix_space", or: true))
    default: throw unsupported("pre-tokenizer", type)
    }
  }

  private static func model(
    _ fields: TokenizerFields, splitter: WordSplitter, ids: [ArraySlice<UInt8>: Int32]
  ) throws(TokenizerError) -> Model {
    // Files of older versions have no type: the members tell.
    let type = try fields.string("type", or: fields.object["merges"] == nil ? "WordPiece" : "BPE")
    switch type {
    case "WordPiece":
      let unknown = try fields.string("unk_token", or: "[UNK]")
      guard let unknownID = ids[Array(unknown.utf8)[...]] else {
        throw TokenizerError(.missingToken, "the vocabulary lacks its unknown token \(unknown.quoted(limit: 40))")
      }
      let limit = fields.object["max_input_chars_per_word"]?.integerValue ?? 100
      return .wordPiece(
        WordPiece(
          ids: ids, unknownID: unknownID, prefix: try fields.string("continuing_subword_prefix", or: "##"),
          largestCharacterCount: Int(clamping: limit)))
    case "BPE":
      guard case .byteLevel = splitter else {
        throw TokenizerError(.unsupported, "the tokenizer joins pairs of something else than bytes")
      }
      return .bytePairEncoding(try BytePairEncoding(fields, ids: ids))
    default: throw unsupported("model", type)
    }
  }

  private static func addedTokens(
    _ value: JSONValue?, _ normalizer: Normalizer?, _ ids: inout [ArraySlice<UInt8>: Int32]
  ) throws(TokenizerError) -> (raw: AddedTokens, normalized: AddedTokens) {
    var raw: [AddedTokens.Token] = []
    var normalized: [AddedTokens.Token] = []
    var added: [ArraySlice<UInt8>: Int32] = [:]
    for entry in value?.arrayValue ?? [] {
      let fields = try TokenizerFields(entry, "an added token")
      let text = try fields.string("content")
      let id = try fields.id("id")
      guard added.updateValue(id, forKey: Array(text.utf8)[...]) ?? id == id else {
        throw TokenizerError(.malformed, "the added token \(text.quoted(limit: 40)) has two ids")
      }
      ids[Array(text.utf8)[...]] = id
      let isNormalized = try fields.bool("normalized", or: false)
      let scalars = Array(text.unicodeScalars)
      let token = AddedTokens.Token(
        content: isNormalized ? normalizer?.normalize(scalars) ?? scalars : scalars, id: id,
        stripsLeft: try fields.bool("lstrip", or: false), stripsRight: try fields.bool("rstrip", or: false),
        isWholeWord: try fields.bool("single_word", or: false))
      if isNormalized { normalized.append(token) } else { raw.append(token) }
    }
    return (AddedTokens(raw), AddedTokens(normalized))
  }

  static func unsupported(_ part: String, _ type: String) -> TokenizerError {
    TokenizerError(.unsupported, "the tokenizer's \(part) is \(type.quoted(limit: 40)), which is not known here")
  }
}
