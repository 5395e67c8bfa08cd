import Foundation

/// Checkpoints of F32 tensors, made by hand.
enum TestCheckpoint {
  struct Tensor {
    let name: String
    let shape: [Int]
    var bytes: [UInt8]

    init(_ name: String, _ shape: [Int], _ bytes: [UInt8]) {
      self.name = name
      self.shape = shape
      self.bytes = bytes
    }
  }

  /// A safetensors file.
  static func file(_ tensors: [Tensor]) -> [UInt8] {
    var offset = 0
    var entries: [String] = []
    for tensor in tensors {
      let end = offset + tensor.bytes.count
      entries.append(
        "\"\(tensor.name)\":{\"dtype\":\"F32\",\"shape\":\(tensor.shape),\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = Array("{\(entries.joined(separator: ","))}".utf8)
    while header.count % 8 != 0 { header.append(0x20) }
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    return length + header + tensors.flatMap(\.bytes)
  }

  /// Moves the lowest byte of every F32 element a little, as an optimizer's step does.
  static func step(_ bytes: inout [UInt8], random: inout SampleRandom) {
    for start in stride(from: 0, to: bytes.count, by: 4) {
      bytes[start] = UInt8(truncatingIfNeeded: Int(bytes[start]) + Int(random.normal() * 3))
    }
  }
}

extension TemporaryRepository {
  /// Bytes of all packs.
  func packByteCount() throws -> Int {
    let packs = "\(folder)/.wgit/packs"
    return try FileManager.default.contentsOfDirectory(atPath: packs).reduce(0) { sum, name in
      let size = try FileManager.default.attributesOfItem(atPath: "\(packs)/\(name)")[.size] as? Int
      return sum + (size ?? 0)
    }
  }
}
