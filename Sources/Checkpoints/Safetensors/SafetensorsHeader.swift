import Documents

/// The header of a safetensors file, read strictly.
///
///     8 bytes      N, little-endian
///     N bytes      JSON: {"__metadata__": {…}, "name": {"dtype": …, "shape": […], "data_offsets": [begin, end]}, …}
///     the rest     elements of the tensors, little-endian, C order, contiguous
///
/// Verdicts are those of the Rust library `safetensors` 0.8, but stricter where readers could disagree on what a file
/// holds: repeated keys of any kind, and entries or types in the other shapes that its deserialiser happens to take.
/// Fields of an entry that the format does not know are skipped, as there.
///
/// - Checked by: MalformedSafetensorsTests, SafetensorsDifferentialTests.
package struct SafetensorsHeader: Sendable {
  /// Bytes before the first tensor: 8 + N.
  package let headerByteCount: Int
  /// The tensors in the order of their bytes; empty ones at the same place in the order of their names.
  package let tensors: [TensorDescriptor]
  /// The entries of `__metadata__` in the order written.
  package let metadata: [(key: String, value: String)]
  /// Bytes of the whole file: the last tensor ends here.
  package let fileByteCount: Int

  /// The largest N that is read: 100 MB, as in the Rust library.
  package static let maximumHeaderByteCount = 100_000_000
  /// As deep as the Rust library's JSON parser goes.
  private static let maximumJSONDepth = 127
  /// Seven values stand for a tensor of rank 1. The Rust library has no such limit: it keeps no values.
  private static let maximumJSONValueCount = 4_000_000

  /// Reads and checks the header of a file.
  ///
  /// - Parameters:
  ///   - fileByteCount: the size of the file.
  ///   - readAt: gives `count` bytes from `offset`; called twice at most. Fewer bytes count as a truncated file.
  /// - Throws: `CheckpointError`, and whatever `readAt` throws.
  /// - Cost: N bytes of memory and the parsed form of them.
  package static func read(
    fileByteCount: Int, readAt: (_ offset: Int, _ count: Int) throws -> [UInt8]
  ) throws -> SafetensorsHeader {
    guard fileByteCount > 0 else { throw CheckpointError(.empty, "the file is empty") }
    guard fileByteCount >= 8 else {
      throw CheckpointError(.truncated, "the file has \(fileByteCount) bytes, its length field takes 8")
    }
    let length = try exactly(8, of: readAt, at: 0).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= maximumHeaderByteCount else {
      throw CheckpointError(
        .headerTooLarge, "the header's length of \(length) bytes is larger than the limit of \(maximumHeaderByteCount)")
    }
    let headerByteCount = 8 + Int(length)
    guard headerByteCount <= fileByteCount else {
      throw CheckpointError(
        .truncated, "the file has \(fileByteCount) bytes, its header alone takes \(headerByteCount)")
    }
    let root = try parse(exactly(Int(length), of: readAt, at: 8))
    let entries = try SafetensorsEntries(root)
    let tensors = try entries.placed(from: headerByteCount, to: fileByteCount)
    return SafetensorsHeader(
      headerByteCount: headerByteCount, tensors: tensors, metadata: entries.metadata, fileByteCount: fileByteCount)
  }

  /// Reads and checks the header of a file in memory.
  package static func read(_ bytes: [UInt8]) throws -> SafetensorsHeader {
    try read(fileByteCount: bytes.count) { offset, count in Array(bytes[offset..<offset + count]) }
  }

  private static func exactly(
    _ count: Int, of readAt: (_ offset: Int, _ count: Int) throws -> [UInt8], at offset: Int
  ) throws -> [UInt8] {
    let bytes = try readAt(offset, count)
    guard bytes.count == count else {
      throw CheckpointError(.truncated, "the file gave \(bytes.count) of \(count) bytes at offset \(offset)")
    }
    return bytes
  }

  private static func parse(_ bytes: [UInt8]) throws(CheckpointError) -> JSONObject {
    let limits = JSONLimits(
      maximumDepth: maximumJSONDepth, maximumByteCount: maximumHeaderByteCount,
      maximumValueCount: maximumJSONValueCount)
    do throws(DocumentError) {
      guard case .object(let root) = try JSONParser.parse(bytes, limits: limits) else {
        throw DocumentError(.syntax, "expected an object", line: 1, column: 1, offset: 0)
      }
      return root
    } catch {
      guard error.code != .duplicateKey else {
        throw CheckpointError(.duplicateKey, "the header is ambiguous: \(error)", cause: error)
      }
      throw CheckpointError(.headerNotJSON, "the header is not a JSON object: \(error)", cause: error)
    }
  }
}
