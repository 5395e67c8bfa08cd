import Documents

/// Reading the JSON files that stand beside the weights.
enum Companion {
  /// How deep they may nest: tokenizers hold trees of processors.
  private static let limits = JSONLimits(maximumDepth: 64, maximumByteCount: 256 << 20)

  /// - Parameter subject: what errors call the file: "the index".
  static func object(
    _ bytes: [UInt8], _ subject: String, code: CheckpointError.Code = .badCompanion
  ) throws(CheckpointError) -> JSONObject {
    do throws(DocumentError) {
      guard case .object(let root) = try JSONParser.parse(bytes, limits: limits) else {
        throw DocumentError(.syntax, "expected an object", line: 1, column: 1, offset: 0)
      }
      return root
    } catch {
      throw CheckpointError(
        error.code == .duplicateKey ? .duplicateKey : code, "\(subject) is not a JSON object: \(error)", cause: error)
    }
  }
}
