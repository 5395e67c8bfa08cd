import Documents

/// Reading the model of a `tokenizer.json`.
extension BytePairEncoding {
  init(_ fields: TokenizerFields, ids: [ArraySlice<UInt8>: Int32]) throws(TokenizerError) {
    try fields.requireUnused([
      ("dropout", 0), ("continuing_subword_prefix", ""), ("end_of_word_suffix", ""), ("fuse_unk", false),
      ("byte_fallback", false), ("ignore_merges", false),
    ])
    let id = { (token: String) in ids[Array(token.utf8)[...]] }
    var unknown: Int32?
    if let token = fields.object["unk_token"]?.stringValue { unknown = id(token) }
    guard let list = fields.object["merges"]?.arrayValue else { throw fields.wrong("merges", "a list of pairs") }
    var merges: [Pair: Merge] = [:]
    merges.reserveCapacity(list.count)
    for (rank, entry) in list.enumerated() {
      guard let (left, right) = BytePairEncoding.pair(entry) else {
        throw TokenizerError(.malformed, "merge \(rank) of the tokenizer is no pair of tokens")
      }
      guard let leftID = id(left), let rightID = id(right), let joined = id(left + right) else {
        throw TokenizerError(
          .missingToken,
          "merge \(rank) of the tokenizer joins \(left.quoted(limit: 40)) and \(right.quoted(limit: 40)), "
            + "and the vocabulary lacks one of them or what they make")
      }
      merges[Pair(left: leftID, right: rightID)] = Merge(rank: rank, id: joined)
    }
    self.init(byteIDs: ByteLevel.letters.map { id(String($0)) }, merges: merges, unknownID: unknown)
  }

  /// `["a", "b"]`, or `"a b"` in files of older versions.
  private static func pair(_ entry: JSONValue) -> (String, String)? {
    switch entry {
    case .array(let parts) where parts.count == 2:
      guard let left = parts[0].stringValue, let right = parts[1].stringValue else { return nil }
      return (left, right)
    case .string(let text):
      let parts = text.split(separator: " ", omittingEmptySubsequences: false)
      return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    default: return nil
    }
  }
}
