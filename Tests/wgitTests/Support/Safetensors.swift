import Foundation

/// Safetensors files, written by hand.
enum Safetensors {
  /// F32 tensors in the order given.
  static func file(_ tensors: [(name: String, shape: [Int], values: [Float])]) -> [UInt8] {
    var header = ""
    var data: [UInt8] = []
    for tensor in tensors {
      let start = data.count
      for value in tensor.values { withUnsafeBytes(of: value.bitPattern.littleEndian) { data += $0 } }
      header += header.isEmpty ? "{" : ","
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      header += "\"\(tensor.name)\":{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(start),\(data.count)]}"
    }
    return file(header: header.isEmpty ? "{}" : header + "}", data: data)
  }

  static func file(header: String, data: [UInt8] = []) -> [UInt8] {
    var bytes: [UInt8] = []
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { bytes += $0 }
    return bytes + Array(header.utf8) + data
  }

  /// The F32 tensors of a well-formed file, by name.
  static func tensors(_ bytes: [UInt8]) throws -> [String: [Float]] {
    let headerCount = Int(bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    let json = try JSONSerialization.jsonObject(with: Data(bytes[8..<(8 + headerCount)])) as? [String: Any] ?? [:]
    var tensors: [String: [Float]] = [:]
    for (name, entry) in json where name != "__metadata__" {
      let offsets = (entry as? [String: Any])?["data_offsets"] as? [Int] ?? [0, 0]
      let data = bytes[(8 + headerCount + offsets[0])..<(8 + headerCount + offsets[1])]
      tensors[name] = stride(from: data.startIndex, to: data.endIndex, by: 4).map { start in
        Float(bitPattern: data[start..<(start + 4)].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
      }
    }
    return tensors
  }
}
