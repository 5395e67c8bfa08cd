/// Proving that a merge is what its commit says.
extension Repository {
  package struct Replay: Sendable {
    /// Files that came out otherwise, or not at all; empty for a proof.
    package let differingFiles: [RelativePath]
    /// Tensors of these files with other bytes.
    package let differingTensors: [String]
    /// What a person made of the result: taken as it is.
    package let filesMadeByHand: [RelativePath]
    package let computedTensorCount: Int
    package let fileCount: Int
  }

  /// Executes a merge commit again, from its recipe and its ingredients, and compares every byte. Nothing is stored.
  ///
  /// - Throws: `StoreError.malformedObject` for a commit that is no merge; `.missingObject` if an ingredient is gone.
  package func replay(
    _ id: ObjectID<Commit>, strategies: @escaping (MergeSpecification.Method) throws -> any TensorStrategy,
    progress: ((RelativePath, Int, Int) -> Void)? = nil
  ) throws -> Replay {
    let commit = try store.load(id)
    let expected = try tree(of: id)
    let specification = try MergeSpecification(commit.recipe)
    var request = MergeRequest(
      specification, message: commit.message, author: commit.author, committer: commit.committer,
      sideNames: specification.sides.map(\.short), strategies: strategies)
    request.progress = progress
    for value in commit.recipe.details["byHand"]?.arrayValue ?? [] {
      let path = try RelativePath(value.stringValue ?? "")
      request.filesMadeByHand.updateValue(expected.entries[path], forKey: path)
    }
    let plan = try planMerge(request, readsWeights: true)
    guard !plan.hasConflicts else {
      throw StoreError(
        .malformedObject, "the recipe of \(id.short) leaves conflicts open",
        subjects: plan.tensorConflicts.map(\.name) + plan.fileConflicts.map(\.path.text))
    }
    var writer: ObjectWriter?
    let built = try MergeBuild(request, self).run(plan, writer: &writer)
    let changes = SnapshotChanges.fileChanges(from: expected.entries, to: built.tree.entries)
    return Replay(
      differingFiles: changes.map(\.path),
      differingTensors: try changes.flatMap { try differingTensors($0, built) },
      filesMadeByHand: request.filesMadeByHand.keys.sorted(), computedTensorCount: built.computedTensorCount,
      fileCount: expected.entries.count)
  }

  private func differingTensors(
    _ change: SnapshotChanges.FileChange, _ built: MergeBuild.Outcome
  ) throws(StoreError) -> [String] {
    guard let before = change.before, before.kind == .checkpoint, let new = built.manifests[change.path] else {
      return []
    }
    let old = try store.load(before.manifest).tensors
    let made = Dictionary(
      new.tensors.map { (TensorName($0.tensor.name), $0.segment) }, uniquingKeysWith: { first, _ in first })
    return old.filter { made[TensorName($0.tensor.name)] != $0.segment }.map(\.tensor.name)
  }
}
