import Testing
import Tokenizers

struct TokenizerReadingTests {
  private static let model =
    ###""model":{"type":"WordPiece","unk_token":"[UNK]","vocab":{"[UNK]":0,"[CLS]":1,"[SEP]":2,"a":3,"##b":4}}"###

  private func read(_ json: String) throws -> Tokenizer { try Tokenizer(json: Array(json.utf8)) }

  @Test func aVocabularyOfLines() throws {
    let lines = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhello\nwor\n##ld\n!\nÉ\n"
    let uncased = try Tokenizer(vocabulary: Array(lines.utf8), configuration: nil)
    #expect(uncased.idCount == 10)
    #expect(uncased.encode("Hello WORLD! [MASK]").ids == [2, 5, 6, 7, 8, 4, 3])
    #expect(uncased.encode("hello", pair: "world") == Encoding(ids: [2, 5, 3, 6, 7, 3], typeIDs: [0, 0, 0, 1, 1, 1]))
    #expect(uncased.encode("É").ids == [2, 1, 3])
    let cased = try Tokenizer(
      vocabulary: Array(lines.replacing("\n", with: "\r\n").utf8),
      configuration: Array(#"{"do_lower_case": false, "mask_token": {"content": "[MASK]"}}"#.utf8))
    #expect(cased.encode("É Hello").ids == [2, 9, 1, 3])
    #expect(cased.id(of: "wor") == 6)
    #expect(cased.id(of: "missing") == nil)
  }

  @Test func aVocabularyWithoutItsSpecialTokensIsRefused() {
    let error = #expect(throws: TokenizerError.self) {
      try Tokenizer(vocabulary: Array("a\nb\n".utf8), configuration: nil)
    }
    #expect(error?.code == .missingToken)
    #expect(throws: TokenizerError.self) { try Tokenizer(vocabulary: [], configuration: Array("[]".utf8)) }
    #expect(throws: TokenizerError.self) { try Tokenizer(vocabulary: [0xFF, 0x0A], configuration: Array("{".utf8)) }
  }

  @Test(arguments: [
    ("", TokenizerError.Code.malformed), ("[]", .malformed), ("{}", .malformed),
    (###"{"model":{"type":"WordPiece"},"pre_tokenizer":{"type":"BertPreTokenizer"}}"###, .malformed),
    (###"{"model":{"type":"WordPiece","vocab":{"a":-1}},"pre_tokenizer":{"type":"BertPreTokenizer"}}"###, .malformed),
    (
      ###"{"model":{"type":"WordPiece","vocab":{"a":67108864}},"pre_tokenizer":{"type":"BertPreTokenizer"}}"###,
      .malformed
    ),
    (###"{"model":{"type":"WordPiece","vocab":{"a":0}},"pre_tokenizer":{"type":"BertPreTokenizer"}}"###, .missingToken),
    (###"{"model":{"type":"Unigram","vocab":{}},"pre_tokenizer":{"type":"BertPreTokenizer"}}"###, .unsupported),
    (###"{"model":{"type":"BPE","vocab":{},"merges":[]},"pre_tokenizer":{"type":"BertPreTokenizer"}}"###, .unsupported),
    (
      ###"{"model":{"type":"BPE","vocab":{},"merges":[["a","b"]]},"pre_tokenizer":{"type":"ByteLevel"}}"###,
      .missingToken
    ),
    (###"{"model":{"type":"BPE","vocab":{},"merges":["a"]},"pre_tokenizer":{"type":"ByteLevel"}}"###, .malformed),
    (
      ###"{"model":{"type":"BPE","vocab":{},"merges":[],"dropout":0.1},"pre_tokenizer":{"type":"ByteLevel"}}"###,
      .unsupported
    ),
    ("{\(model)}", .malformed),
    (###"{\###(model),"pre_tokenizer":{"type":"Metaspace"}}"###, .unsupported),
    (
      ###"{\###(model),"pre_tokenizer":{"type":"BertPreTokenizer"},"normalizer":{"type":"Precompiled"}}"###,
      .unsupported
    ),
    (###"{\###(model),"pre_tokenizer":{"type":"BertPreTokenizer"},"normalizer":{"type":"Sequence"}}"###, .malformed),
    (###"{\###(model),"pre_tokenizer":{"type":"BertPreTokenizer"},"added_tokens":[{"id":5}]}"###, .malformed),
    (###"{\###(model),"pre_tokenizer":{"type":"BertPreTokenizer"},"added_tokens":[{"content":"x"}]}"###, .malformed),
    (###"{\###(model),"pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":{"type":"X"}}"###, .unsupported),
    (
      ###"{\###(model),"pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":{"type":"BertProcessing","cls":[]}}"###,
      .malformed
    ),
    (
      ###"{\###(model),"pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":{"type":"TemplateProcessing","###
        + ###""single":[{"SpecialToken":{"id":"[X]","type_id":0}}],"pair":[]}}"###, .missingToken
    ),
    (
      ###"{\###(model),"pre_tokenizer":{"type":"BertPreTokenizer"},"added_tokens":[{"id":5,"content":"x"},{"id":6,"content":"x"}]}"###,
      .malformed
    ),
    // A text that is put in twice would not fit where it was cut to fit.
    (template(single: "A A", pair: "A B"), .unsupported), (template(single: "A", pair: "A"), .unsupported),
    (template(single: "A", pair: "A B A"), .unsupported), (template(single: "", pair: "A B"), .unsupported),
  ])
  func whatIsNotKnownIsRefused(json: String, code: TokenizerError.Code) {
    let error = #expect(throws: TokenizerError.self, "\(json)") { try read(json) }
    #expect(error?.code == code, "\(json): \(error?.message ?? "")")
  }

  /// - Parameters: ids of special tokens, and A and B for the texts.
  private static func template(single: String, pair: String) -> String {
    func pieces(_ text: String) -> String {
      text.split(separator: " ").map {
        #"{"\#(Int($0) == nil ? "Sequence" : "SpecialToken")":{"id":"\#($0)","type_id":0}}"#
      }.joined(separator: ",")
    }
    return #"{\#(model),"pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":{"type":"TemplateProcessing","#
      + #""single":[\#(pieces(single))],"pair":[\#(pieces(pair))],"special_tokens":{"9":{"ids":[9]}}}}"#
  }

  /// The table of embeddings needs a row for what is put around texts too.
  @Test func idsOfTheTemplateCount() throws {
    let tokenizer = try read(Self.template(single: "9 A", pair: "9 A B"))
    #expect(tokenizer.encode("a").ids == [9, 3])
    #expect(tokenizer.idCount == 10)
  }

  @Test func smallestOfAll() throws {
    let tokenizer = try read(###"{\###(Self.model),"pre_tokenizer":{"type":"BertPreTokenizer"}}"###)
    #expect(tokenizer.encode("ab abb ba a").ids == [3, 4, 3, 4, 4, 0, 3])
    #expect(tokenizer.encode("").ids == [])
  }

  /// Each byte of a BPE stands alone unless a merge joins it; the first learnt pair goes first.
  @Test func pairsAreJoinedInTheOrderLearnt() throws {
    let tokenizer = try read(
      ###"{"model":{"type":"BPE","vocab":{"a":0,"b":1,"c":2,"bc":3,"ab":4,"abc":5,"aa":6},"###
        + ###""merges":["b c",["a","b"],["a","bc"],["a","a"]]},"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false}}"###
    )
    #expect(tokenizer.tokens("abc") == [5])
    #expect(tokenizer.tokens("ab") == [4])
    #expect(tokenizer.tokens("aaa") == [6, 0])
    // Bytes that the vocabulary lacks are left out where there is no unknown token.
    #expect(tokenizer.tokens("axb") == [4])
  }
}
