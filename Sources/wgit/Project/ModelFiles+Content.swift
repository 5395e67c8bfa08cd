import Documents
import WeightStore

extension ModelFiles {
  /// One id for everything in a commit that the model may be read from: weights, and what stands beside them or the network
  /// and describes a model. Notes, tasks and recipes do not matter.
  static func contentID(
    networkPath: String, weightsPath: String, in commit: ObjectID<Commit>, of repository: Repository
  ) throws -> Digest {
    let paths = try [networkPath, weightsPath].map { try RelativePath($0) }
    let folders = Set(paths.map { $0.ancestors.last })
    let entries = try repository.tree(of: commit).entries
    let files = entries.filter { path, _ in
      paths.contains { path == $0 || path.isBelow($0) }
        || folders.contains(path.ancestors.last) && describesModel(path.name)
    }
    guard files.keys.contains(where: { $0 == paths[1] || $0.isBelow(paths[1]) }) else {
      throw StoreError(.unknownPath, "\(commit.short) has no file '\(weightsPath)'", subjects: [weightsPath])
    }
    let list = files.sorted { $0.key < $1.key }.map { path, entry -> JSONValue in
      [.string(path.text), .string(entry.sha256.hex)]
    }
    return SHA256.digest(of: JSONValue.array(list).canonicalBytes())
  }

  private static func describesModel(_ name: String) -> Bool {
    [".safetensors", ".json", ".txt", ".model"].contains { name.hasSuffix($0) }
  }
}
