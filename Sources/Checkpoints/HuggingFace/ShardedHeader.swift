import Documents

/// The headers of one or more safetensors files, read as one checkpoint.
///
/// - Checked by: ShardedHeaderTests.
package struct ShardedHeader: Sendable {
  package struct Tensor: Hashable, Sendable {
    /// Which file.
    package let shard: Int
    package let descriptor: TensorDescriptor
  }

  /// The files in the order given.
  package let files: [String]
  /// The tensors by file and, within, in the order of their bytes.
  package let tensors: [Tensor]
  /// The union of the files' `__metadata__`: where two differ, the first file's entry.
  package let metadata: [(key: String, value: String)]
  /// Keys of the metadata that have different values in different files.
  package let metadataConflicts: [String]

  /// The bytes of all tensors.
  package let totalByteCount: Int

  /// Joins the headers of files.
  ///
  /// - Parameter index: what the checkpoint's index says, if it has one.
  /// - Throws: `tensorInTwoShards`; `shardMismatch` unless the index names exactly the tensors of the headers, each in
  ///   its file; `badShape` if the sizes add up to more than `Int`.
  package init(
    _ shards: [(file: String, header: SafetensorsHeader)], index: ShardIndex? = nil
  ) throws(CheckpointError) {
    var tensors: [Tensor] = []
    var places: [JSONKey: Int] = [:]
    var total = 0
    for (number, shard) in shards.enumerated() {
      for descriptor in shard.header.tensors {
        if let earlier = places.updateValue(number, forKey: JSONKey(descriptor.name)) {
          throw CheckpointError(
            .tensorInTwoShards, tensor: descriptor.name,
            "it stands in \(shards[earlier].file.quoted()) and in \(shard.file.quoted())")
        }
        tensors.append(Tensor(shard: number, descriptor: descriptor))
        let (sum, overflow) = total.addingReportingOverflow(descriptor.byteCount)
        guard !overflow else {
          throw CheckpointError(
            .badShape, tensor: descriptor.name, "the checkpoint would be larger than \(Int.max) bytes")
        }
        total = sum
      }
    }
    files = shards.map(\.file)
    self.tensors = tensors
    totalByteCount = total
    (metadata, metadataConflicts) = ShardedHeader.union(shards.map(\.header.metadata))
    if let index { try check(index, places: places) }
  }

  private func check(_ index: ShardIndex, places: [JSONKey: Int]) throws(CheckpointError) {
    for (tensor, file) in index.weightMap {
      guard let place = places[JSONKey(tensor)] else {
        throw CheckpointError(
          .shardMismatch, tensor: tensor, "the index places it in \(file.quoted()), which does not hold it")
      }
      guard files[place] == file else {
        throw CheckpointError(
          .shardMismatch, tensor: tensor,
          "the index places it in \(file.quoted()), but it stands in \(files[place].quoted())")
      }
    }
    guard index.weightMap.count < tensors.count else { return }
    let listed = Set(index.weightMap.map { JSONKey($0.tensor) })
    for tensor in tensors where !listed.contains(JSONKey(tensor.descriptor.name)) {
      throw CheckpointError(
        .shardMismatch, tensor: tensor.descriptor.name,
        "it stands in \(files[tensor.shard].quoted()), but the index does not list it")
    }
  }

  /// Joins metadata of several files: for each key the first value, and the keys on which they differ.
  package static func union(
    _ all: [[(key: String, value: String)]]
  ) -> (metadata: [(key: String, value: String)], conflicts: [String]) {
    var joined = JSONObject()
    var conflicts: [String] = []
    for (key, value) in all.joined() where !joined.append(key, .string(value)) {
      if joined[key] != .string(value), !conflicts.contains(key) { conflicts.append(key) }
    }
    return (joined.members.map { (key: $0.key, value: $0.value.stringValue ?? "") }, conflicts)
  }
}
