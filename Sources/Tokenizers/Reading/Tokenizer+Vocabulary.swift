import Documents

/// Reading BERT's own form: `vocab.txt`, a token on each line, beside a `tokenizer_config.json`.
extension Tokenizer {
  package static let vocabularyFileName = "vocab.txt"
  package static let configurationFileName = "tokenizer_config.json"

  /// - Parameter configuration: the text of `tokenizer_config.json`; what it leaves out is as in BERT's uncased models.
  /// - Throws: `.malformed`, `.missingToken` unless the vocabulary has `[UNK]`, `[CLS]` and `[SEP]`, or what the
  ///   configuration calls them.
  package init(vocabulary bytes: [UInt8], configuration: [UInt8]?) throws(TokenizerError) {
    var ids: [ArraySlice<UInt8>: Int32] = [:]
    var next: Int32 = 0
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    guard lines.count < TokenizerFields.largestID else {
      throw TokenizerError(.malformed, "the vocabulary has \(lines.count) tokens")
    }
    for line in lines {
      ids[Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)[...]] = next
      next += 1
    }
    let fields = try Tokenizer.configuration(configuration)
    func special(_ key: String, _ standard: String) throws(TokenizerError) -> AddedTokens.Token? {
      let text = fields.object[key]?.objectValue?["content"]?.stringValue ?? fields.object[key]?.stringValue ?? standard
      return ids[Array(text.utf8)[...]].map {
        AddedTokens.Token(
          content: Array(text.unicodeScalars), id: $0, stripsLeft: false, stripsRight: false, isWholeWord: false)
      }
    }
    guard let unknown = try special("unk_token", "[UNK]"), let start = try special("cls_token", "[CLS]"),
      let end = try special("sep_token", "[SEP]")
    else { throw TokenizerError(.missingToken, "the vocabulary lacks [UNK], [CLS] or [SEP]") }
    let others = [try special("pad_token", "[PAD]"), try special("mask_token", "[MASK]")].compactMap { $0 }
    let lowercases = try fields.bool("do_lower_case", or: true)
    rawTokens = AddedTokens([unknown, start, end] + others)
    normalizedTokens = AddedTokens([])
    normalizer = .bert(
      BertNormalizer(
        separatesIdeographs: try fields.bool("tokenize_chinese_chars", or: true),
        stripsAccents: try fields.bool("strip_accents", or: lowercases), lowercases: lowercases))
    splitter = .bert
    model = .wordPiece(WordPiece(ids: ids, unknownID: unknown.id, prefix: "##", largestCharacterCount: 100))
    template = .bert(start: start.id, end: end.id)
    self.ids = ids
    idCount = Int(next)
  }

  private static func configuration(_ bytes: [UInt8]?) throws(TokenizerError) -> TokenizerFields {
    guard let bytes else { return try TokenizerFields(.object(JSONObject()), "the tokenizer's configuration") }
    do {
      return try TokenizerFields(JSONParser.parse(bytes), "the tokenizer's configuration")
    } catch let error as DocumentError {
      throw TokenizerError(.malformed, "the tokenizer's configuration is not JSON: \(error)")
    } catch let error as TokenizerError {
      throw error
    } catch {
      throw TokenizerError(.malformed, "the tokenizer's configuration cannot be read: \(error)")
    }
  }
}
