import Checkpoints
import Documents
import Trainer
import WeightStore

/// Everything that reads bytes a stranger may have written.
package enum Parser: String, CaseIterable, Sendable {
  case packRecord = "pack-record"
  case pack
  case packSalvage = "pack-salvage"
  case planes, delta, predicted
  case codec
  case manifest, tree, commit, operation
  case certificateResult = "certificate-result"
  case json
  case names
  case safetensors
  case task, certificate, dataset
  case network
  case idx, npy, zip
  case tokenizer, vocabulary, encoder

  /// Throws what the parser throws at nonsense; ends the process where it accepts what it must not.
  package func run(_ input: UnsafeRawBufferPointer) throws {
    switch self {
    case .packRecord: try RecordInput.parse(input)
    case .pack: try PackInput.walk(input)
    case .packSalvage: try PackInput.salvage(input)
    case .planes: try CodecInput.decode(input, ChunkEncoding.allCases.filter { !$0.needsBase })
    case .delta: try CodecInput.decode(input, ChunkEncoding.allCases.filter(\.needsBase))
    case .predicted: try CodecInput.predict(input)
    case .codec: try CodecInput.encode(input)
    case .manifest: try ObjectInput.manifest(input)
    case .tree: try ObjectInput.tree(input)
    case .commit: try ObjectInput.parse(Commit.self, input)
    case .operation: try ObjectInput.parse(Operation.self, input)
    case .certificateResult: try ObjectInput.parse(CertificateResult.self, input)
    case .json: try DocumentInput.json(input)
    case .names: try NameInput.parse(input)
    case .safetensors: try SafetensorsInput.parse(input)
    case .task: _ = try TrainingTask.parse(String(decoding: input, as: UTF8.self), name: "task.yaml")
    case .certificate: _ = try Certificate.parse(String(decoding: input, as: UTF8.self), name: "certificate.yaml")
    case .dataset: _ = try DatasetDescription.parse(String(decoding: input, as: UTF8.self), name: "data.yaml")
    case .network: _ = try NetworkDefinition(json: JSONParser.parse(input))
    case .idx: _ = try IDX.read(DataFile(bytes: Array(input), name: "data.idx"))
    case .npy: _ = try NPY.read(DataFile(bytes: Array(input), name: "data.npy"))
    case .zip:
      let archive = try ZIPArchive(DataFile(bytes: Array(input), name: "data.npz"))
      for member in archive.members.prefix(4) { _ = try archive.open(member) }
    case .tokenizer: try TokenizerInput.json(input)
    case .vocabulary: try TokenizerInput.vocabulary(input)
    case .encoder: try EncoderInput.parse(input)
    }
  }
}

/// What must hold of everything that a parser accepts. Ends the run where it does not.
func require(_ condition: Bool, _ fault: @autoclosure () -> String) {
  if !condition { fatalError(fault()) }
}
