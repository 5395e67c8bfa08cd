import Documents
import Trainer
import WeightStore

/// An adapter of low rank as it stands in a commit beside the weights, in Hugging Face PEFT's two files, and back.
struct AdapterFiles {
  let adapter: PEFTAdapter
  let paths: Set<RelativePath>

  /// nil if there is none.
  init?(beside weights: RelativePath, in commit: ObjectID<Commit>, of repository: Repository) throws {
    let configurationPath = try weights.beside(PEFTAdapter.configurationFile)
    let tensorsPath = try weights.beside(PEFTAdapter.weightsFile)
    let entries = try repository.tree(of: commit).entries
    guard entries[configurationPath] != nil, entries[tensorsPath] != nil else { return nil }
    let configuration: JSONValue
    do {
      configuration = try JSONParser.parse(repository.contents(of: configurationPath, in: commit) ?? [])
    } catch var error as DocumentError {
      error.name = configurationPath.text
      throw error
    }
    adapter = try PEFTAdapter(
      configuration: configuration,
      tensors: try ModelFiles.stateDict(of: repository.checkpoint(tensorsPath, in: commit)))
    paths = [configurationPath, tensorsPath]
  }

  static func contents(
    of adapter: PEFTAdapter, beside weights: RelativePath
  ) throws -> [(path: RelativePath, bytes: [UInt8])] {
    [
      (
        try weights.beside(PEFTAdapter.configurationFile),
        Array((adapter.configuration.prettyString() + "\n").utf8)
      ),
      (try weights.beside(PEFTAdapter.weightsFile), try ModelFiles.safetensors(adapter.tensors())),
    ]
  }
}
