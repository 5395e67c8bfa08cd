import Documents

/// Reading what is put around texts from a `tokenizer.json`.
extension Tokenizer {
  static func template(_ value: JSONValue?) throws(TokenizerError) -> SequenceTemplate {
    guard let value, value != .null else { return .bare }
    let fields = try TokenizerFields(value, "the post-processor")
    let type = try fields.string("type")
    switch type {
    case "TemplateProcessing":
      let template = SequenceTemplate(single: try pieces("single", fields), pair: try pieces("pair", fields))
      // Only then do the texts that are cut to fit still fit when they are put in.
      guard template.takesEachTextOnce else {
        throw TokenizerError(.unsupported, "the post-processor does not take each text once")
      }
      return template
    case "BertProcessing":
      let (start, end) = (try token("cls", fields), try token("sep", fields))
      return .bert(start: start, end: end)
    case "RobertaProcessing":
      let (start, end) = (try token("cls", fields), try token("sep", fields))
      let single: [SequenceTemplate.Piece] = [
        .special(id: start, type: 0), .first(type: 0), .special(id: end, type: 0),
      ]
      return SequenceTemplate(
        single: single,
        pair: single + [.special(id: end, type: 0), .second(type: 0), .special(id: end, type: 0)])
    case "ByteLevel":
      // It only moves offsets into the text.
      return .bare
    case "Sequence":
      var template = SequenceTemplate.bare
      for part in fields.object["processors"]?.arrayValue ?? [] {
        let next = try Tokenizer.template(part)
        guard template == .bare || next == .bare else { throw unsupported("post-processor", "a sequence of several") }
        if next != .bare { template = next }
      }
      return template
    default: throw unsupported("post-processor", type)
    }
  }

  /// `["[SEP]", 102]`.
  private static func token(_ key: String, _ fields: TokenizerFields) throws(TokenizerError) -> Int32 {
    guard let pair = fields.object[key]?.arrayValue, pair.count == 2 else {
      throw fields.wrong(key, "a token with its id")
    }
    return try TokenizerFields.id(pair[1], "\(fields.subject): the id of \"\(key)\"")
  }

  private static func pieces(
    _ key: String, _ fields: TokenizerFields
  ) throws(TokenizerError) -> [SequenceTemplate.Piece] {
    guard let list = fields.object[key]?.arrayValue else { throw fields.wrong(key, "a list") }
    var pieces: [SequenceTemplate.Piece] = []
    for entry in list {
      let entry = try TokenizerFields(entry, "a piece of the post-processor's \"\(key)\"")
      if let sequence = entry.object["Sequence"] {
        let sequence = try TokenizerFields(sequence, entry.subject)
        let type = try sequence.id("type_id")
        pieces.append(try sequence.string("id") == "A" ? .first(type: type) : .second(type: type))
      } else {
        let special = try TokenizerFields(entry.object["SpecialToken"], entry.subject)
        let name = try special.string("id")
        let type = try special.id("type_id")
        for id in try ids(ofSpecial: name, fields) { pieces.append(.special(id: id, type: type)) }
      }
    }
    return pieces
  }

  private static func ids(ofSpecial name: String, _ fields: TokenizerFields) throws(TokenizerError) -> [Int32] {
    guard let list = fields.object["special_tokens"]?.objectValue?[name]?.objectValue?["ids"]?.arrayValue else {
      throw TokenizerError(.missingToken, "the post-processor names \(name.quoted(limit: 40)) and does not say its ids")
    }
    var ids: [Int32] = []
    for value in list { ids.append(try TokenizerFields.id(value, "an id of \(name.quoted(limit: 40))")) }
    return ids
  }
}

extension SequenceTemplate {
  static func bert(start: Int32, end: Int32) -> SequenceTemplate {
    let single: [Piece] = [.special(id: start, type: 0), .first(type: 0), .special(id: end, type: 0)]
    return SequenceTemplate(single: single, pair: single + [.second(type: 1), .special(id: end, type: 1)])
  }
}
