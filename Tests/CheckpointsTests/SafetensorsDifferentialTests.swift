import Checkpoints
import Foundation
import Testing

/// The verdicts of the Rust library `safetensors` on files and thousands of mutants, recorded by `Golden/generate.py`.
struct SafetensorsDifferentialTests {
  struct Recording: Decodable {
    let bases: [Data]
    let mutants: [Mutant]
    let exceptions: [String: Data]
    let saved: [String: Data]

    static func load() throws -> Recording {
      let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
      let data = try Data(contentsOf: folder.appending(path: "safetensors_verdicts.json"))
      return try JSONDecoder().decode(Recording.self, from: data)
    }
  }

  /// `[base, accepted, [offset, removed, inserted], …]`.
  struct Mutant: Decodable {
    let base: Int
    let isAccepted: Bool
    let edits: [Edit]

    init(from decoder: any Decoder) throws {
      var row = try decoder.unkeyedContainer()
      base = try row.decode(Int.self)
      isAccepted = try row.decode(Int.self) == 1
      var edits: [Edit] = []
      while !row.isAtEnd { edits.append(try row.decode(Edit.self)) }
      self.edits = edits
    }

    func bytes(from bases: [Data]) -> [UInt8] {
      edits.reduce(into: Array(bases[base])) { bytes, edit in
        let start = min(edit.offset, bytes.count)
        bytes.replaceSubrange(start..<min(start + edit.removed, bytes.count), with: edit.inserted)
      }
    }
  }

  struct Edit: Decodable {
    let offset: Int
    let removed: Int
    let inserted: [UInt8]

    init(from decoder: any Decoder) throws {
      var row = try decoder.unkeyedContainer()
      offset = try row.decode(Int.self)
      removed = try row.decode(Int.self)
      let digits = Array(try row.decode(String.self).utf8)
      inserted = stride(from: 0, to: digits.count, by: 2).compactMap { start in
        UInt8(String(decoding: digits[start..<start + 2], as: UTF8.self), radix: 16)
      }
    }
  }

  @Test func verdictsAgreeOnMutants() throws {
    let recording = try Recording.load()
    var acceptedCount = 0
    for (index, mutant) in recording.mutants.enumerated() {
      let bytes = mutant.bytes(from: recording.bases)
      do {
        _ = try SafetensorsHeader.read(bytes)
        acceptedCount += 1
        #expect(mutant.isAccepted, "mutant \(index) must be refused")
      } catch let error as CheckpointError {
        // The library keeps the last of two equal names; every other refusal must be its own as well.
        #expect(!mutant.isAccepted || error.code == .duplicateKey, "mutant \(index) must be accepted: \(error)")
      }
    }
    #expect(recording.mutants.count >= 10_000)
    #expect(acceptedCount >= 500)
  }

  @Test func exceptionsAreTheseAndNoOthers() throws {
    let codes: [String: CheckpointError.Code] = [
      "repeated tensor": .duplicateKey, "repeated metadata key": .duplicateKey, "entry as a list": .badEntry,
      "dtype as an object": .badEntry, "empty tensor with an extent of 2^63": .badShape,
      "empty tensor with extents that multiply to 2^63": .badShape,
    ]
    let files = try Recording.load().exceptions
    #expect(Set(files.keys) == Set(codes.keys))
    for (name, file) in files {
      #expect { try SafetensorsHeader.read(Array(file)) } throws: { ($0 as? CheckpointError)?.code == codes[name] }
    }
  }

  @Test func theWriterMakesTheLibrarysBytes() throws {
    for (name, file) in try Recording.load().saved {
      let header = try SafetensorsHeader.read(Array(file))
      let tensors = header.tensors.map { SafetensorsWriter.Tensor(name: $0.name, dtype: $0.dtype, shape: $0.shape) }
      let bytes = try SafetensorsWriter.headerBytes(
        tensors: SafetensorsWriter.libraryOrder(tensors.shuffled()), metadata: header.metadata)
      #expect(bytes == Array(file.prefix(header.headerByteCount)), "\(name)")
    }
  }
}
