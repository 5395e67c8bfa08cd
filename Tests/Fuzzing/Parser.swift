import Checkpoints
import Documents
import Trainer
import WeightStore

/// Everything that reads bytes a stranger may have written.
enum Parser: String, CaseIterable {
  case packRecord = "pack-record"
  case pack
  case codec
  case manifest, tree, commit, operation
  case certificateResult = "certificate-result"
  case safetensors
  case task, certificate, dataset
  case network
  case idx, npy, zip

  func run(_ input: UnsafeRawBufferPointer) throws {
    switch self {
    case .packRecord: _ = try PackRecord.parse(header: Array(input.prefix(PackRecord.headerByteCount)))
    case .pack: try PackInput.walk(input)
    case .codec: try CodecInput.decode(input)
    case .manifest: _ = try Manifest(canonicalBytes: Array(input))
    case .tree: _ = try Tree(canonicalBytes: Array(input))
    case .commit: _ = try Commit(canonicalBytes: Array(input))
    case .operation: _ = try Operation(canonicalBytes: Array(input))
    case .certificateResult: _ = try CertificateResult(canonicalBytes: Array(input))
    case .safetensors: _ = try SafetensorsHeader.read(Array(input))
    case .task: _ = try TrainingTask.parse(String(decoding: input, as: UTF8.self), name: "task.yaml")
    case .certificate: _ = try Certificate.parse(String(decoding: input, as: UTF8.self), name: "certificate.yaml")
    case .dataset: _ = try DatasetDescription.parse(String(decoding: input, as: UTF8.self), name: "data.yaml")
    case .network: _ = try NetworkDefinition(json: JSONParser.parse(Array(input)))
    case .idx: _ = try IDX.read(DataFile(bytes: Array(input), name: "data.idx"))
    case .npy: _ = try NPY.read(DataFile(bytes: Array(input), name: "data.npy"))
    case .zip: _ = try ZIPArchive(DataFile(bytes: Array(input), name: "data.npz"))
    }
  }
}

/// One byte for the encoding, three for the length of the object, then the payload.
enum CodecInput {
  static func decode(_ input: UnsafeRawBufferPointer) throws {
    guard input.count >= 4, let encoding = ChunkEncoding(rawValue: input[0]) else { return }
    let rawByteCount = Int(input[1]) | Int(input[2]) << 8 | Int(input[3] & 0x0F) << 16
    _ = try ChunkCodec.decode(Array(input.dropFirst(4)), encoding: encoding, rawByteCount: rawByteCount)
  }
}
