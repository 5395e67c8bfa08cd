#if canImport(Glibc)
  import Glibc
#endif

/// The `predicted` encoding: a chunk as what a `Prediction` gives, and the differences to it.
///
/// Payload: the head of the prediction, then nothing, or a whole payload of `DeltaTokens` or `DeltaPlanes` whose base is
/// what was predicted.
package enum PredictedChunk {
  /// Smaller chunks are worth the head of a prediction only if nothing follows it.
  private static let minimumResidualByteCount = 4096

  /// The chunk as predicted, or alone where that is smaller.
  ///
  /// - Parameter predicted: what the prediction gives; as many bytes as `bytes`.
  /// - Throws: `StoreError.corruptObject` if the round trip fails.
  package static func encode(
    _ bytes: UnsafeRawBufferPointer, _ prediction: Prediction, predicted: UnsafeRawBufferPointer,
    maximumShare: Double = 0.95, workspace: CodecWorkspace
  ) throws(StoreError) -> ChunkCodec.Encoded {
    let layout = ChunkLayout.elements(prediction.layout)
    let headByteCount = prediction.headByteCount
    let isExact = isEqual(bytes, predicted)
    if isExact, headByteCount < bytes.count / 2 { return try encoded(prediction, residual: nil, bytes.count) }
    guard bytes.count >= minimumResidualByteCount else {
      return try ChunkCodec.encode(bytes, layout: layout, workspace: workspace)
    }
    // The head counts as well: half of a percent of a chunk, with the bases of an average of many models.
    let share = maximumShare - Double(headByteCount) / Double(bytes.count)
    let delta = try ChunkCodec.encode(
      bytes, layout: layout, base: predicted, maximumShare: share, workspace: workspace)
    guard delta.encoding.needsBase else { return delta }
    return try encoded(prediction, residual: delta, bytes.count)
  }

  private static func isEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard left.count == right.count, let first = left.baseAddress, let second = right.baseAddress else { return false }
    return memcmp(first, second, left.count) == 0
  }

  private static func encoded(
    _ prediction: Prediction, residual: ChunkCodec.Encoded?, _ rawByteCount: Int
  ) throws(StoreError) -> ChunkCodec.Encoded {
    let head = prediction.head(residual: residual?.encoding)
    let found = try head.withRawBytes { head throws(StoreError) in
      var reader = ByteReader(head)
      return try Prediction.read(&reader, rawByteCount: rawByteCount)
    }
    guard found.prediction == prediction, found.residual == residual?.encoding else {
      throw StoreError(.corruptObject, "a prediction does not survive its own encoding")
    }
    return ChunkCodec.Encoded(encoding: .predicted, payload: head + (residual?.payload ?? []))
  }

  /// Exactly `rawByteCount` bytes, or an error.
  package static func decode(
    _ payload: [UInt8], rawByteCount: Int, bases: [Digest: [UInt8]]
  ) throws(StoreError) -> [UInt8] {
    guard (0...ChunkCodec.maximumElementByteCount).contains(rawByteCount) else {
      throw StoreError(.corruptObject, "\(rawByteCount) bytes are too many for one chunk of elements")
    }
    return try payload.withRawBytes { payload throws(StoreError) in
      var reader = ByteReader(payload)
      // Before memory is taken for the chunk.
      let (prediction, residual) = try Prediction.read(&reader, rawByteCount: rawByteCount)
      let rest = try reader.bytes(payload.count - reader.offset)
      guard let residual else {
        guard rest.isEmpty else { throw StoreError(.corruptObject, "a prediction is followed by extra bytes") }
        return try bytes(rawByteCount) { output throws(StoreError) in try prediction.evaluate(bases, into: output) }
      }
      return try CodecWorkspacePool.shared.with { workspace throws(StoreError) in
        let predicted = workspace.predicted(rawByteCount)
        try prediction.evaluate(bases, into: predicted)
        return try bytes(rawByteCount) { output throws(StoreError) in
          try ChunkCodec.decode(
            rest, encoding: residual, base: UnsafeRawBufferPointer(predicted), into: output, workspace: workspace)
        }
      }
    }
  }

  private static func bytes(
    _ count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(StoreError) -> Void
  ) throws(StoreError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withMutableRawBytes(fill)
    return bytes
  }
}
