/// A chunk as it is to be stored, with the chunks that are needed to read it back.
struct BasedForm: Sendable {
  let encoded: ChunkCodec.Encoded
  let baseIDs: [Digest]

  /// The smallest form, on the base if that helps.
  static func encode(_ bytes: [UInt8], layout: ChunkLayout, base: DeltaBase?) throws(StoreError) -> BasedForm {
    try bytes.withRawBytes { bytes throws(StoreError) in
      guard let base else { return BasedForm(encoded: try ChunkCodec.encode(bytes, layout: layout), baseIDs: []) }
      return try base.bytes.withRawBytes { old throws(StoreError) in
        try CodecWorkspacePool.shared.with { workspace throws(StoreError) in
          switch base.source {
          case .object(let id):
            let encoded = try ChunkCodec.encode(
              bytes, layout: layout, base: old, maximumShare: base.maximumShare, workspace: workspace)
            return BasedForm(encoded: encoded, baseIDs: encoded.encoding.needsBase ? [id] : [])
          case .prediction(let prediction):
            let encoded = try PredictedChunk.encode(
              bytes, prediction, predicted: old, maximumShare: base.maximumShare, workspace: workspace)
            return BasedForm(encoded: encoded, baseIDs: encoded.encoding == .predicted ? prediction.baseIDs : [])
          }
        }
      }
    }
  }
}
