import Documents

/// Which file of a sharded checkpoint holds which tensor: `model.safetensors.index.json`.
///
///     {"metadata": {"total_size": bytes}, "weight_map": {"tensor": "model-00001-of-00002.safetensors", …}}
///
/// Read strictly: a shard's name is one that stands in the same folder and nowhere else. Members that the format does
/// not know are passed over, as transformers does.
///
/// - Checked by: ShardIndexTests.
package struct ShardIndex: Sendable {
  /// What transformers and diffusers call an index.
  package static let fileNameSuffix = ".safetensors.index.json"

  /// The tensors in the order written, each with its file.
  package let weightMap: [(tensor: String, file: String)]
  /// The bytes of all tensors, as the index says; writers get it wrong often, so it is no ground to refuse.
  package let statedByteCount: Int?

  /// The files, sorted.
  package var files: [String] { Set(weightMap.map(\.file)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

  /// Reads an index.
  ///
  /// - Throws: `badIndex`, `duplicateKey`, `unsafeShardName`.
  package init(_ bytes: [UInt8]) throws(CheckpointError) {
    let root = try Companion.object(bytes, "the index", code: .badIndex)
    guard let map = root["weight_map"]?.objectValue else {
      throw CheckpointError(.badIndex, "the index has no \"weight_map\" with the file of each tensor")
    }
    var weightMap: [(tensor: String, file: String)] = []
    weightMap.reserveCapacity(map.count)
    for (tensor, value) in map.members {
      guard let file = value.stringValue else {
        throw CheckpointError(.badIndex, tensor: tensor, "its file in the index is not a string")
      }
      guard ShardIndex.isSafe(file) else {
        throw CheckpointError(
          .unsafeShardName, tensor: tensor, "\(file.quoted()) is not the name of a safetensors file in the same folder")
      }
      weightMap.append((tensor, file))
    }
    self.weightMap = weightMap
    statedByteCount = root["metadata"]?["total_size"]?.integerValue.flatMap { Int(exactly: $0) }
  }

  /// Whether a name can only be that of a file beside the index.
  package static func isSafe(_ name: String) -> Bool {
    let bytes = name.utf8
    return bytes.count <= 255 && name.hasSuffix(".safetensors") && !name.hasPrefix(".")
      && bytes.allSatisfy { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") && $0 >= 0x20 && $0 != 0x7F }
  }

  /// The text of an index, laid out as transformers does: sorted by tensor, two spaces a level.
  ///
  /// - Parameter totalByteCount: the bytes of all tensors, headers not counted.
  package static func bytes(of weightMap: [(tensor: String, file: String)], totalByteCount: Int) -> [UInt8] {
    let sorted = weightMap.sorted { $0.tensor.utf8.lexicographicallyPrecedes($1.tensor.utf8) }
    let root: JSONValue = [
      "metadata": ["total_size": .integer(Int64(totalByteCount))],
      "weight_map": .object(JSONObject(sorted.map { (key: $0.tensor, value: .string($0.file)) })),
    ]
    return Array((root.prettyString() + "\n").utf8)
  }
}
