import Foundation
import Tensors

/// A safetensors file in memory. Files of the benchmark are trusted: errors end the program with a message.
struct Safetensors {
  struct Tensor {
    let layout: ElementLayout
    let bytes: UnsafeRawBufferPointer
  }

  let tensors: [String: Tensor]
  let names: [String]

  init(path: String) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    // Kept until the program ends.
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: data.count, alignment: 64)
    _ = data.copyBytes(to: copy)
    let all = UnsafeRawBufferPointer(copy)
    let headerByteCount = Int(UInt64(littleEndian: all.loadUnaligned(as: UInt64.self)))
    let header = try JSONSerialization.jsonObject(with: data[8..<(8 + headerByteCount)]) as? [String: Any] ?? [:]
    var tensors: [String: Tensor] = [:]
    for (name, value) in header where name != "__metadata__" {
      guard let value = value as? [String: Any], let text = value["dtype"] as? String,
        let dtype = DType(rawValue: text),
        let offsets = value["data_offsets"] as? [Int], case .elements(let layout) = ChunkLayout(dtype: dtype)
      else { continue }
      let range = (8 + headerByteCount + offsets[0])..<(8 + headerByteCount + offsets[1])
      tensors[name] = Tensor(layout: layout, bytes: UnsafeRawBufferPointer(rebasing: all[range]))
    }
    self.tensors = tensors
    names = tensors.keys.sorted()
  }
}
