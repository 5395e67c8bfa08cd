import Glibc

/// Chooses the smallest form of a chunk, and reads every form back.
package enum ChunkCodec {
  package struct Encoded: Sendable {
    package let encoding: ChunkEncoding
    package let payload: [UInt8]
  }

  /// The smallest form, decoded again and compared before it is handed out.
  ///
  /// - Throws: `StoreError.corruptObject` if the round trip fails, which would be a bug or broken memory.
  package static func encode(_ bytes: UnsafeRawBufferPointer, layout: ChunkLayout) throws(StoreError) -> Encoded {
    var best = Encoded(encoding: .raw, payload: [])
    var bestByteCount = bytes.count
    switch layout {
    case .opaque:
      if try looksCompressible(bytes),
        let payload = try ZlibStream.compress(bytes, strategy: .matches, limit: bytes.count - 1)
      {
        best = Encoded(encoding: .zlib, payload: payload)
        bestByteCount = payload.count
      }
    case .elements(let width, let isFloat):
      if let payload = try PlaneCodec.encode(bytes, width: width, rotatesSign: isFloat), payload.count < bestByteCount {
        best = Encoded(encoding: .planes, payload: payload)
        bestByteCount = payload.count
      }
    }
    guard best.encoding != .raw else { return Encoded(encoding: .raw, payload: Array(bytes)) }
    try verify(best, against: bytes)
    return best
  }

  /// Whether a piece from the middle shrinks: archives and images do not, and zlib is slow at finding that out.
  private static func looksCompressible(_ bytes: UnsafeRawBufferPointer) throws(StoreError) -> Bool {
    let sampleByteCount = 16 << 10
    guard bytes.count > 4 * sampleByteCount else { return true }
    let start = bytes.count / 2
    let sample = UnsafeRawBufferPointer(rebasing: bytes[start..<(start + sampleByteCount)])
    return try ZlibStream.compress(sample, strategy: .matches, limit: sampleByteCount * 31 / 32) != nil
  }

  private static func verify(_ encoded: Encoded, against bytes: UnsafeRawBufferPointer) throws(StoreError) {
    let decoded = try decode(encoded.payload, encoding: encoded.encoding, rawByteCount: bytes.count)
    let isEqual = decoded.withUnsafeBytes { decoded in
      guard let left = decoded.baseAddress, let right = bytes.baseAddress else { return bytes.isEmpty }
      return decoded.count == bytes.count && memcmp(left, right, bytes.count) == 0
    }
    guard isEqual else {
      throw StoreError(.corruptObject, "a chunk of \(bytes.count) bytes does not survive its own encoding")
    }
  }

  /// Exactly `rawByteCount` bytes, or an error.
  package static func decode(_ payload: [UInt8], encoding: ChunkEncoding, rawByteCount: Int) throws(StoreError)
    -> [UInt8]
  {
    if encoding == .raw {
      guard payload.count == rawByteCount else {
        throw StoreError(.corruptObject, "\(payload.count) raw bytes stand where \(rawByteCount) should")
      }
      return payload
    }
    var bytes = [UInt8](repeating: 0, count: rawByteCount)
    try bytes.withMutableRawBytes { output throws(StoreError) in
      try payload.withRawBytes { input throws(StoreError) in
        if encoding == .zlib {
          try ZlibStream.decompress(input, into: output)
        } else {
          try PlaneCodec.decode(input, into: output)
        }
      }
    }
    return bytes
  }
}
