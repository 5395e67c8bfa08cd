/// What a JSON text may cost its reader.
package struct JSONLimits: Hashable, Sendable {
  /// How deep arrays and objects may nest.
  package var maximumDepth: Int
  /// How many bytes the text may have.
  package var maximumByteCount: Int

  /// 64 levels and 100 MB (the limit of the Rust library `safetensors` for a header).
  package static let `default` = JSONLimits(maximumDepth: 64, maximumByteCount: 100_000_000)

  package init(maximumDepth: Int, maximumByteCount: Int) {
    self.maximumDepth = maximumDepth
    self.maximumByteCount = maximumByteCount
  }
}
