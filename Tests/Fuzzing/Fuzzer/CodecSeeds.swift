import Foundation
import FuzzedParsers
import WeightStore

/// Payloads and packs to begin with, made by the codec itself: `WGIT_FUZZ_SEEDS=FOLDER`.
enum CodecSeeds {
  static func write(to folder: String) throws {
    try predictions(folder)
    for (number, layout) in CodecInput.layouts.enumerated() {
      for byteCount in [0, 64, 1000 * layout.width, 2100 * layout.width] where byteCount <= CodecInput.maximumByteCount
      {
        for seed in [UInt8(0), 9] {
          let base = CodecInput.base(seed: seed, byteCount: byteCount)
          for every in [0, 1, 7, 100] {
            let chunk = changed(base, width: layout.width, every: every)
            try write("\(number)-\(byteCount)-\(seed)-\(every)", chunk, base, layout, [UInt8(every), 0, seed], folder)
          }
          let other = CodecInput.base(seed: 77, byteCount: byteCount)
          try write("\(number)-\(byteCount)-\(seed)-other", other, base, layout, [0, 0, seed], folder)
        }
      }
    }
  }

  /// A term for each base, in one or two parts, with and without differences behind the head.
  private static func predictions(_ folder: String) throws {
    for (number, layout) in CodecInput.layouts.enumerated() where layout.exponentBitCount > 0 {
      for termCount in [1, 2, 5] {
        let ids = (0..<termCount).map { SHA256.digest(of: Array("base \($0)".utf8)) }
        let byteCount = 40 * layout.width
        let terms = (0..<termCount).map { index in
          let cut = index.isMultiple(of: 2) ? [byteCount] : [8 * layout.width, 32 * layout.width]
          return Prediction.Term(
            coefficient: index.isMultiple(of: 2) ? 1 : -0.5, layout: layout,
            parts: cut.map { Prediction.Part(base: index, offset: 0, byteCount: $0) })
        }
        let head = Prediction(layout: layout, baseIDs: ids, terms: terms, divisor: 2)
        let length = [UInt8(truncatingIfNeeded: byteCount), UInt8(truncatingIfNeeded: byteCount >> 8)]
        try put(folder, "predicted", "\(number)-\(termCount)", [0] + length + [0] + head.head(residual: nil))
        let (old, new) = ([UInt8](repeating: 1, count: byteCount), (0..<byteCount).map { UInt8($0 & 3) })
        try payloads(new, old, layout) { encoding, payload in
          guard encoding.needsBase else { return }
          let input = [0] + length + [0] + head.head(residual: encoding) + payload
          try put(folder, "predicted", "\(encoding.name)-\(number)-\(termCount)", input)
        }
      }
    }
  }

  private static func write(
    _ name: String, _ chunk: [UInt8], _ base: [UInt8], _ layout: ElementLayout, _ parameters: [UInt8], _ folder: String
  ) throws {
    let number = UInt8(CodecInput.layouts.firstIndex(of: layout) ?? 0)
    try put(folder, "codec", name, [number] + parameters + chunk)
    let length = [UInt8(truncatingIfNeeded: chunk.count), UInt8(truncatingIfNeeded: chunk.count >> 8)]
    try payloads(chunk, base, layout) { encoding, payload in
      let alike = ChunkEncoding.allCases.filter { $0.needsBase == encoding.needsBase }
      guard let index = alike.firstIndex(of: encoding) else { return }
      let input = [UInt8(index)] + length + [parameters[2]] + payload
      try put(folder, encoding.needsBase ? "delta" : "planes", "\(encoding.name)-\(name)", input)
    }
    try pack(chunk, folder, name)
  }

  /// Every `every`-th element moves a little; 0 for none.
  private static func changed(_ base: [UInt8], width: Int, every: Int) -> [UInt8] {
    var chunk = base
    guard every > 0 else { return chunk }
    for element in stride(from: 0, to: base.count / width, by: every) {
      chunk[element * width] ^= UInt8(truncatingIfNeeded: element &* 37 | 1)
      if width > 1, element.isMultiple(of: 5) { chunk[element * width + 1] ^= UInt8(truncatingIfNeeded: element) }
    }
    return chunk
  }

  private static func payloads(
    _ chunk: [UInt8], _ base: [UInt8], _ layout: ElementLayout, _ body: (ChunkEncoding, [UInt8]) throws -> Void
  ) throws {
    let workspace = CodecWorkspace(byteCapacity: CodecInput.maximumByteCount)
    try chunk.withUnsafeBytes { chunk in
      try base.withUnsafeBytes { base in
        for encoding in ChunkEncoding.allCases {
          let encoded = ChunkCodec.encodeElements(
            chunk, as: encoding, layout: layout, base: encoding.needsBase ? base : nil, limit: chunk.count + 1024,
            workspace: workspace)
          if let encoded { try body(encoding, encoded.payload) }
        }
        if let payload = try ZlibStream.compress(chunk, strategy: .matches, limit: chunk.count + 64) {
          try body(.zlib, payload)
        }
        try body(.raw, Array(chunk))
      }
    }
  }

  /// A blob and a piece of text in one pack.
  private static func pack(_ chunk: [UInt8], _ folder: String, _ name: String) throws {
    let workspace = CodecWorkspace(byteCapacity: CodecInput.maximumByteCount)
    var pack = try PackWriter.create(temporaryFolder: folder)
    let encoded = try chunk.withUnsafeBytes {
      try ChunkCodec.encode($0, layout: .elements(.f32), workspace: workspace)
    }
    try pack.append(kind: .blob, id: SHA256.digest(of: chunk), rawByteCount: chunk.count, encoded: encoded)
    let text = Array(#"{"entries":[],"type":"tree","version":1}"#.utf8)
    try pack.append(
      kind: .tree, id: SHA256.digest(of: text), rawByteCount: text.count,
      encoded: ChunkCodec.Encoded(encoding: .raw, payload: text))
    let sealed = try pack.seal(folder: folder)
    let bytes = Array(try Data(contentsOf: URL(filePath: "\(folder)/\(sealed.name)")))
    try FileManager.default.removeItem(atPath: "\(folder)/\(sealed.name)")
    try put(folder, "pack", name, bytes)
    try put(folder, "pack-salvage", name, bytes)
    let record = PackFormat.headerByteCount..<(PackFormat.headerByteCount + PackRecord.headerByteCount)
    try put(folder, "pack-record", name, Array(bytes[record]))
  }

  /// Inputs are cut to the fuzzer's limit; what is cut is not worth the time.
  private static func put(_ folder: String, _ parser: String, _ name: String, _ bytes: [UInt8]) throws {
    guard bytes.count <= 4096 else { return }
    let parent = URL(filePath: folder).appending(path: parser)
    try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
    try Data(bytes).write(to: parent.appending(path: name))
  }
}
