/// The models of all contexts of a chunk.
enum DeltaModels {
  private static let symbolCount = RansModel.symbolCount

  /// The exponent of context 0: the highest that one element in a thousand reaches.
  static func top(of base: UnsafeRawBufferPointer, layout: ElementLayout) -> Int {
    guard layout.isFloat else { return 0 }
    let count = base.count / layout.width
    // Few elements tell enough: runs of 16, spread evenly.
    let runCount = min(128, (count + 15) / 16)
    var counts = [UInt32](repeating: 0, count: layout.exponentMask + 1)
    var total: UInt32 = 0
    counts.withUnsafeMutableBufferPointer { counts in
      for run in 0..<runCount {
        let start = count * run / runCount
        for index in start..<min(count, start + 16) {
          let end = (index &+ 1) &* layout.width
          // Sign and exponent stand in the upper 16 bits of every layout.
          let high = UInt16(littleEndian: base.loadUnaligned(fromByteOffset: end &- 2, as: UInt16.self))
          counts[Int(high) &>> (15 &- layout.exponentBitCount) & layout.exponentMask] &+= 1
          total &+= 1
        }
      }
    }
    var above: UInt32 = 0
    for exponent in counts.indices.reversed() {
      above += counts[exponent]
      if above * 1000 >= total { return exponent }
    }
    return 0
  }

  /// How far to shift contexts so that tokens and models together are smallest. `counts`: 16 contexts of 256 tokens.
  static func best(_ counts: UnsafePointer<UInt32>) -> (shift: Int, byteCount: Double) {
    var best = (shift: 0, byteCount: Double.infinity)
    for shift in DeltaContexts.shifts {
      var byteCount = 0.0
      for context in 0..<(DeltaContexts.maximumCount >> shift) {
        let merged = merge(counts, context: context, shift: shift)
        // About half a byte for a frequency, and some loss where frequencies are rounded.
        let used = (merged.lastIndex { $0 > 0 } ?? 0) - (merged.firstIndex { $0 > 0 } ?? 0) + 1
        byteCount += entropy(merged) / 8 + Double(used) / 2 + 8
      }
      if byteCount < best.byteCount { best = (shift, byteCount) }
    }
    return best
  }

  private static func merge(_ counts: UnsafePointer<UInt32>, context: Int, shift: Int) -> [UInt32] {
    var merged = [UInt32](repeating: 0, count: symbolCount)
    for source in (context << shift)..<((context + 1) << shift) {
      for token in 0..<DeltaToken.count { merged[token] &+= counts[source &* symbolCount &+ token] }
    }
    return merged
  }

  /// Writes the models and fills the encoder's tables, one for each of the 16 contexts before the shift.
  static func write(
    _ counts: UnsafePointer<UInt32>, shift: Int, workspace: CodecWorkspace, to writer: inout PayloadWriter
  ) {
    for context in 0..<(DeltaContexts.maximumCount >> shift) {
      let merged = merge(counts, context: context, shift: shift)
      merged.withUnsafeBufferPointer { merged in
        if let merged = merged.baseAddress { RansModel.normalize(merged, into: workspace.frequencies) }
      }
      RansModel.write(workspace.frequencies, to: &writer)
      let first = workspace.ransSymbols + (context << shift) * symbolCount
      RansModel.fillSymbols(workspace.frequencies, first)
      for copy in 1..<max(2, 1 << shift) where copy < 1 << shift {
        (first + copy * symbolCount).update(from: first, count: symbolCount)
      }
    }
  }

  /// Reads the models and fills the decoder's tables, one for each context after the shift.
  static func read(_ reader: inout ByteReader, shift: Int, workspace: CodecWorkspace) throws(StoreError) {
    for context in 0..<(DeltaContexts.maximumCount >> shift) {
      try RansModel.read(&reader, into: workspace.frequencies)
      for token in DeltaToken.count..<symbolCount where workspace.frequencies[token] > 0 {
        throw StoreError(.corruptObject, "token \(token) does not exist")
      }
      RansModel.fillSlots(workspace.frequencies, workspace.ransSlots + context * RansModel.scale)
    }
  }
}
