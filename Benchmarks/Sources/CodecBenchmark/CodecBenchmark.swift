import Foundation

/// Ratio and speed of the codec on pairs of checkpoints.
///
///     CodecBenchmark [--repeats N] <child>[,<parent>] …
///
/// One thread, its CPU time; all pairs in turn, again and again, the median of the repeats; GB/s of raw bytes. "encode"
/// is what a commit pays: choosing, coding, decoding again, comparing. "code" is choosing and coding alone.
@main
enum CodecBenchmark {
  struct Chunk {
    let layout: ElementLayout
    let bytes: UnsafeRawBufferPointer
    let base: UnsafeRawBufferPointer?
  }

  struct Pair {
    let title: String
    var chunks: [Chunk] = []
    var rawByteCount = 0
    var storedByteCount = 0
    var encodingCounts: [String: Int] = [:]
    var encode: [Double] = []
    var code: [Double] = []
    var decode: [Double] = []
  }

  static func main() throws {
    var arguments = Array(CommandLine.arguments.dropFirst())
    var repeats = 5
    if arguments.first == "--repeats", arguments.count > 1 {
      repeats = Int(arguments[1]) ?? repeats
      arguments.removeFirst(2)
    }
    var pairs = try arguments.map { try pair($0) }
    let workspace = CodecWorkspace()
    for _ in 0..<repeats {
      for index in pairs.indices { try measure(&pairs[index], workspace) }
    }
    print("| child <- parent | raw MB | ratio | encode | code | decode | chunks |")
    print("|---|---|---|---|---|---|---|")
    for pair in pairs { print(row(pair)) }
  }

  static func pair(_ argument: String) throws -> Pair {
    let paths = argument.split(separator: ",").map(String.init)
    let child = try Safetensors(path: paths[0])
    let parent = paths.count > 1 ? try Safetensors(path: paths[1]) : nil
    let title = paths.map { URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent }.joined(
      separator: " <- ")
    var pair = Pair(title: title)
    for name in child.names {
      guard let tensor = child.tensors[name] else { continue }
      let old = parent?.tensors[name].flatMap { $0.layout == tensor.layout ? $0.bytes : nil }
      for range in ChunkGrid.chunks(of: 0..<tensor.bytes.count) {
        let bytes = UnsafeRawBufferPointer(rebasing: tensor.bytes[range])
        pair.rawByteCount += bytes.count
        let oldRange = range.clamped(to: 0..<(old?.count ?? 0))
        let isCut = old.map { ChunkGrid.chunks(of: 0..<$0.count).contains(range) } ?? false
        let base = isCut ? old.map { UnsafeRawBufferPointer(rebasing: $0[oldRange]) } : nil
        // The store holds equal chunks once.
        if let base, base.elementsEqual(bytes) { continue }
        pair.chunks.append(Chunk(layout: tensor.layout, bytes: bytes, base: base))
      }
    }
    return pair
  }

  static func measure(_ pair: inout Pair, _ workspace: CodecWorkspace) throws {
    pair.storedByteCount = 0
    pair.encodingCounts = [:]
    let encoded = try pair.chunks.map { chunk in
      try ChunkCodec.encode(chunk.bytes, layout: .elements(chunk.layout), base: chunk.base, workspace: workspace)
    }
    var byteCount = 0
    let encodeSeconds = try seconds {
      for chunk in pair.chunks {
        _ = try ChunkCodec.encode(chunk.bytes, layout: .elements(chunk.layout), base: chunk.base, workspace: workspace)
      }
    }
    for (form, chunk) in zip(encoded, pair.chunks) {
      byteCount += chunk.bytes.count
      pair.storedByteCount += form.payload.count
      pair.encodingCounts[form.encoding.name, default: 0] += 1
    }
    let codeSeconds = seconds {
      for chunk in pair.chunks {
        _ = ChunkCodec.encodeElements(chunk.bytes, layout: chunk.layout, base: chunk.base, workspace: workspace)
      }
    }
    let output = UnsafeMutableRawBufferPointer.allocate(byteCount: ChunkGrid.chunkByteCount, alignment: 64)
    defer { output.deallocate() }
    let decodeSeconds = try seconds {
      for (form, chunk) in zip(encoded, pair.chunks) {
        let target = UnsafeMutableRawBufferPointer(rebasing: output[..<chunk.bytes.count])
        try form.payload.withUnsafeBytes {
          try ChunkCodec.decode($0, encoding: form.encoding, base: chunk.base, into: target, workspace: workspace)
        }
      }
    }
    // Speeds count what was coded; ratios count the whole file.
    let gigabytes = Double(byteCount) / 1e9
    pair.encode.append(gigabytes / encodeSeconds)
    pair.code.append(gigabytes / codeSeconds)
    pair.decode.append(gigabytes / decodeSeconds)
  }

  static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = threadNanoseconds()
    try body()
    return Double(threadNanoseconds() - start) / 1e9
  }

  /// CPU time of this thread.
  static func threadNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  static func median(_ values: [Double]) -> String {
    String(format: "%.2f", values.sorted()[values.count / 2])
  }

  static func row(_ pair: Pair) -> String {
    let ratio = String(format: "%.4f", Double(pair.storedByteCount) / Double(max(1, pair.rawByteCount)))
    let forms = pair.encodingCounts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    let megabytes = String(format: "%.1f", Double(pair.rawByteCount) / 1e6)
    return "| \(pair.title) | \(megabytes) | \(ratio) | \(median(pair.encode)) | \(median(pair.code)) "
      + "| \(median(pair.decode)) | \(forms) |"
  }
}
