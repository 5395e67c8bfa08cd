import CZlib

/// zlib streams (RFC 1950) by the system's zlib.
package enum ZlibStream {
  /// Which matches zlib looks for. Weights have none worth finding: only their symbol frequencies help.
  package enum Strategy {
    case matches
    case huffmanOnly
  }

  /// The compressed bytes, or `nil` if they would not be smaller than `limit`.
  package static func compress(_ bytes: UnsafeRawBufferPointer, strategy: Strategy, limit: Int) throws(StoreError)
    -> [UInt8]?
  {
    guard limit > 0, let inputCount = UInt32(exactly: bytes.count), let outputCount = UInt32(exactly: limit) else {
      return nil
    }
    // On the heap: zlib remembers the address.
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    defer { stream.deallocate() }
    let level: Int32 = strategy == .matches ? 6 : 1
    let kind: Int32 = strategy == .matches ? Z_DEFAULT_STRATEGY : Z_HUFFMAN_ONLY
    let version = ZLIB_VERSION
    guard deflateInit2_(stream, level, Z_DEFLATED, 15, 9, kind, version, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw StoreError(.inputOutput, "zlib cannot start a compression") }
    defer { deflateEnd(stream) }
    var output = [UInt8](repeating: 0, count: limit)
    let status = output.withUnsafeMutableBufferPointer { buffer in
      stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
      stream.pointee.avail_in = inputCount
      stream.pointee.next_out = buffer.baseAddress
      stream.pointee.avail_out = outputCount
      return deflate(stream, Z_FINISH)
    }
    guard status == Z_STREAM_END else {
      guard status == Z_OK || status == Z_BUF_ERROR else {
        throw StoreError(.inputOutput, "zlib cannot compress \(bytes.count) bytes (zlib status \(status))")
      }
      return nil
    }
    output.removeLast(Int(stream.pointee.avail_out))
    return output
  }

  /// Fills `output` exactly; a stream that is broken, shorter, longer or followed by more bytes is refused.
  package static func decompress(_ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer)
    throws(StoreError)
  {
    guard let inputCount = UInt32(exactly: bytes.count), let outputCount = UInt32(exactly: output.count) else {
      throw StoreError(.corruptObject, "a zlib stream of \(bytes.count) bytes for \(output.count) is too large")
    }
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    defer { stream.deallocate() }
    guard inflateInit_(stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw StoreError(.inputOutput, "zlib cannot start a decompression")
    }
    defer { inflateEnd(stream) }
    // zlib refuses a null output even when nothing is to be written.
    var nothing: UInt8 = 0
    let status = withUnsafeMutablePointer(to: &nothing) { placeholder in
      stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
      stream.pointee.avail_in = inputCount
      stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress ?? placeholder
      stream.pointee.avail_out = outputCount
      return inflate(stream, Z_FINISH)
    }
    guard status == Z_STREAM_END, stream.pointee.avail_out == 0, stream.pointee.avail_in == 0 else {
      throw StoreError(
        .corruptObject,
        "a zlib stream of \(bytes.count) bytes does not decode to \(output.count) bytes (zlib status \(status))")
    }
  }
}
