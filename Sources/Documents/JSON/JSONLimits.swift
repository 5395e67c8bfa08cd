/// What a JSON text may cost its reader.
package struct JSONLimits: Hashable, Sendable {
  /// How deep arrays and objects may nest.
  package var maximumDepth: Int
  /// How many bytes the text may have.
  package var maximumByteCount: Int
  /// How many values it may hold, containers among them: a value takes up to 50 times the memory of its text.
  package var maximumValueCount: Int

  /// 64 levels, 32 MiB and a million values: reading such a text takes less than 256 MiB of memory.
  package static let `default` = JSONLimits()

  package init(maximumDepth: Int = 64, maximumByteCount: Int = 32 << 20, maximumValueCount: Int = 1_000_000) {
    self.maximumDepth = maximumDepth
    self.maximumByteCount = maximumByteCount
    self.maximumValueCount = maximumValueCount
  }
}
