import Checkpoints
import Documents
import Tensors
import Trainer
import WeightStore

/// Where a run stands, as a safetensors file: tensors as they are, numbers as JSON in its metadata, and the SHA-256 of
/// both.
enum SnapshotFile {
  private static let numbersKey = "wgit-run"
  private static let digestKey = "sha256"

  static func bytes(_ snapshot: TrainingSnapshot) throws -> [UInt8] {
    let tensors = try snapshot.tensors.entries.map { entry in
      SafetensorsWriter.Tensor(
        name: entry.name, dtype: entry.integers == nil ? .f32 : .i64, shape: try Shape(entry.shape))
    }
    let ordered = SafetensorsWriter.libraryOrder(tensors)
    var content: [UInt8] = []
    for tensor in ordered {
      guard let entry = snapshot.tensors[tensor.name] else { continue }
      switch entry.elements {
      case .integers(let values): content += IntegerConversion.bytes(values)
      case .floats(let values): content += try FloatConversion.bytes(values, as: .f32)
      }
    }
    let numbers = String(decoding: JSONValue.object(snapshot.numbers).compactBytes(), as: UTF8.self)
    let header = try SafetensorsWriter.headerBytes(
      tensors: ordered,
      metadata: [(key: numbersKey, value: numbers), (key: digestKey, value: digest(numbers, content[...]).hex)])
    return header + content
  }

  /// - Throws: `CommandError.invalidData` for a file that is not what was saved.
  static func read(_ bytes: [UInt8], path: String) throws -> TrainingSnapshot {
    let header = try SafetensorsHeader.read(bytes)
    let metadata = Dictionary(header.metadata.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    guard let text = metadata[numbersKey],
      metadata[digestKey] == digest(text, bytes[header.headerByteCount...]).hex,
      let numbers = try JSONParser.parse(Array(text.utf8)).objectValue
    else {
      throw CommandError(
        .invalidData, "the saved state '\(path)' is damaged", hint: "begin anew: wgit finetune … --restart")
    }
    var tensors = StateDict()
    for tensor in header.tensors {
      let part = Array(bytes[tensor.byteRange])
      if tensor.dtype == .i64 {
        try tensors.set(tensor.name, shape: tensor.shape.dimensions, integers: IntegerConversion.int64s(part))
      } else {
        try tensors.set(
          tensor.name, shape: tensor.shape.dimensions, values: FloatConversion.floats(part, as: tensor.dtype))
      }
    }
    return TrainingSnapshot(numbers: numbers, tensors: tensors)
  }

  private static func digest(_ numbers: String, _ content: ArraySlice<UInt8>) -> Digest {
    SHA256.digest(of: SHA256.digest(of: Array(numbers.utf8)).bytes + SHA256.digest(of: Array(content)).bytes)
  }
}
