import Foundation
import Testing
import WeightStore

/// Tests/Reader/codec.py is a second implementation of docs/format-codec.md, written for reading.
struct PythonReaderTests {
  private static let python = "/usr/bin/python3"
  private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Reader/codec.py").path

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: python), "python3 is not installed: nothing to run"))
  func decodesWhatIsWritten() throws {
    let folder = try FileManager.default.url(
      for: .itemReplacementDirectory, in: .userDomainMask,
      appropriateFor: URL(fileURLWithPath: NSTemporaryDirectory()), create: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var payloads = try FormatVectorTests.vectors()
    let workspace = CodecWorkspace()
    for sample in ChunkSamples.all
    where sample.bytes.count == 5000 * sample.layout.width || sample.bytes.count == 33 * sample.layout.width {
      for encoding in ChunkCodecTests.elementEncodings {
        let encoded = sample.bytes.withUnsafeBytes { bytes in
          sample.base.withUnsafeBytes { base in
            ChunkCodec.encodeElements(
              bytes, as: encoding, layout: sample.layout, base: base, limit: 1 << 20, workspace: workspace)
          }
        }
        guard let encoded else { continue }
        payloads.append(
          FormatVectorTests.Vector(
            name: sample.name, encoding: encoding, bytes: sample.bytes, base: encoding.needsBase ? sample.base : nil,
            payload: encoded.payload))
      }
    }
    // One process for all: names of files in a list.
    var list: [String] = []
    for (index, item) in payloads.enumerated() {
      let bases = item.base.map { [$0] } ?? item.bases
      let files = [("payload", item.payload), ("bytes", item.bytes)] + bases.indices.map { ("base\($0)", bases[$0]) }
      for (suffix, bytes) in files { try Data(bytes).write(to: folder.appending(path: "\(index).\(suffix)")) }
      list.append("\(index) \(item.encoding.rawValue) \(bases.count)")
    }
    try list.joined(separator: "\n").write(to: folder.appending(path: "list"), atomically: true, encoding: .utf8)
    let driver = """
      import hashlib, os, sys
      sys.path.insert(0, os.path.dirname(sys.argv[1]))
      sys.dont_write_bytecode = True
      import codec
      folder = sys.argv[2]
      read = lambda name: open(os.path.join(folder, name), "rb").read()
      for line in read("list").decode().split("\\n"):
          number, encoding, count = line.split()
          expected = read(number + ".bytes")
          bases = [read(number + ".base%d" % index) for index in range(int(count))]
          ids = {hashlib.sha256(base).digest(): base for base in bases}
          decoded = codec.decode(int(encoding), read(number + ".payload"), len(expected), *bases[:1], bases=ids)
          if decoded != expected:
              sys.exit("payload " + line + " decodes to other bytes")
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: PythonReaderTests.python)
    process.arguments = ["-c", driver, PythonReaderTests.script, folder.path]
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let message = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(message)")
    #expect(payloads.count > 100)
  }
}
