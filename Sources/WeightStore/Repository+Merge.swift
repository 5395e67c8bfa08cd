import Documents
import Tensors

/// Merging by averaging: all ingredients count on every tensor that is not equal in all of them.
extension Repository {
  package struct MergeRequest {
    /// What the recipe is called in commits: "ratatouille".
    package let method: String
    package let revisions: [ObjectID<Commit>]
    package let message: String
    package let author: Commit.Signature
    package let committer: Commit.Signature
    /// Parameters of the method and versions, for the record.
    package let details: JSONObject
    /// Combines one chunk of all ingredients, given their weights.
    package let combine:
      @Sendable (_ inputs: [[UInt8]], _ weights: [Double], _ dtype: DType, _ tensor: String)
        throws(StoreError) -> [UInt8]

    package init(
      method: String, revisions: [ObjectID<Commit>], message: String, author: Commit.Signature,
      committer: Commit.Signature, details: JSONObject,
      combine:
        @escaping @Sendable (_ inputs: [[UInt8]], _ weights: [Double], _ dtype: DType, _ tensor: String)
        throws(StoreError) -> [UInt8]
    ) {
      self.method = method
      self.revisions = revisions
      self.message = message
      self.author = author
      self.committer = committer
      self.details = details
      self.combine = combine
    }
  }

  package struct MergeOutcome: Sendable {
    package let id: ObjectID<Commit>
    package let commit: Commit
    package let combinedTensorCount: Int
    package let keptTensorCount: Int
    package let storedByteCount: Int
    /// Where the new commit stands until the branch moves to it.
    package let candidate: RefName
  }

  /// Builds the merge of what is checked out and `revisions` as a commit aside, under `refs/candidates/<branch>`.
  /// The branch and the working folder stay as they are: `fastForward` moves them.
  ///
  /// Ingredients are the tips that are not ancestors of others, so a shared starting point does not count. A tip that is
  /// itself a merge by the same method stands for its own ingredients: each model keeps an equal share however the
  /// soup grew.
  ///
  /// - Throws: `StoreError.mergeConflict` with one subject per file or tensor that cannot be combined.
  package func buildMerge(_ request: MergeRequest) throws -> MergeOutcome {
    let lock = try self.lock()
    let head = try headCommitID()
    let graph = self.graph
    let tips = try graph.tips(of: [head].compactMap { $0 } + request.revisions)
    guard tips.count > 1 else {
      throw StoreError(.nothingToCommit, "there is nothing to merge: only one tip, \(tips.first?.short ?? "none")")
    }
    let ingredients = try leaves(of: tips, method: request.method, graph: graph)
    var writer: ObjectWriter? = ObjectWriter(store: store)
    var combined = 0
    var kept = 0
    var tree = try mergedFiles(tips: tips, ingredients: ingredients, graph: graph)
    let relatives = try relatives(of: ingredients, tips: tips, graph: graph)
    for path in try checkpointPaths(ingredients) {
      let source = try combinedCheckpoint(path, ingredients: ingredients, request: request)
      let spans = source.spans(relatives: relatives.compactMap { $0.previous(of: path) })
      let result = try ChunkIngest(loop: loop, progress: nil).run(source, spans: spans, writer: &writer)
      let manifest = source.manifest(result)
      try writer?.put(manifest)
      tree.entries[path] = Tree.Entry(
        kind: .checkpoint, isExecutable: false, byteCount: manifest.byteCount, sha256: manifest.sha256,
        manifest: manifest.id)
      combined += source.counts.combined
      kept += source.counts.kept
    }
    do throws(StoreError) {
      try tree.checkNoFileIsAFolder()
    } catch {
      throw StoreError(.mergeConflict, error.message, subjects: [], cause: error)
    }
    try writer?.put(tree)
    let commit = Commit(
      tree: tree.id, parents: tips, author: request.author, committer: request.committer, message: request.message,
      recipe: recipe(request, ingredients: ingredients, combined: combined, kept: kept))
    try writer?.put(commit)
    let stored = writer?.storedByteCount ?? 0
    let candidate = try Repository.candidate(of: self.head().branchName ?? "HEAD")
    let change = Operation.RefChange(name: candidate, before: try target(of: candidate), after: commit.id)
    if let writer = writer.take() {
      try publish(Publication(description: "merge: \(commit.subject)", refChanges: [change]), writer: writer)
    }
    withExtendedLifetime(lock) {}
    return MergeOutcome(
      id: commit.id, commit: commit, combinedTensorCount: combined, keptTensorCount: kept, storedByteCount: stored,
      candidate: candidate)
  }

  /// Where a commit waits that may become the tip of `branch`.
  package static func candidate(of branch: String) throws(StoreError) -> RefName {
    try RefName("refs/candidates/\(branch)")
  }

  private func recipe(
    _ request: MergeRequest, ingredients: [Recipe.Ingredient], combined: Int, kept: Int
  ) -> Recipe {
    var details = request.details
    _ = details.append("method", .string(request.method))
    _ = details.append(
      "tensors",
      .object(
        JSONObject([
          (key: "combined", value: .integer(Int64(combined))), (key: "kept", value: .integer(Int64(kept))),
        ])))
    return Recipe(kind: .merge, ingredients: ingredients, details: details)
  }

  /// The models a soup is made of. Sorted by id, so that the sum is the same in whatever order they were named.
  private func leaves(
    of tips: [ObjectID<Commit>], method: String, graph: CommitGraph
  ) throws(StoreError) -> [Recipe.Ingredient] {
    var weights: [ObjectID<Commit>: Double] = [:]
    for tip in tips {
      let recipe = try graph.commit(tip).recipe
      if recipe.kind == .merge, recipe.method == method {
        for leaf in recipe.ingredients { weights[leaf.commit] = leaf.weight }
      } else {
        weights[tip] = 1
      }
    }
    return weights.sorted { $0.key < $1.key }.map { Recipe.Ingredient(commit: $0.key, weight: $0.value) }
  }

  /// Where the ingredients began, and tips that are themselves combinations: an average is often nearer to those than to
  /// any of its ingredients.
  private func relatives(
    of ingredients: [Recipe.Ingredient], tips: [ObjectID<Commit>], graph: CommitGraph
  ) throws(StoreError) -> [BaseCatalog] {
    let known = Set(ingredients.map(\.commit))
    let commits = tips.filter { !known.contains($0) } + (try graph.mergeBases(of: tips))
    return try commits.map { commit throws(StoreError) in
      BaseCatalog(store: store, trees: [try tree(of: commit).entries])
    }
  }

  private func checkpointPaths(_ ingredients: [Recipe.Ingredient]) throws(StoreError) -> [RelativePath] {
    var paths: Set<RelativePath> = []
    for ingredient in ingredients {
      let tree = try tree(of: ingredient.commit)
      paths.formUnion(tree.entries.filter { $0.value.kind == .checkpoint }.keys)
    }
    return paths.sorted()
  }

  private func combinedCheckpoint(
    _ path: RelativePath, ingredients: [Recipe.Ingredient], request: MergeRequest
  ) throws(StoreError) -> CombinedCheckpoint {
    var readers: [StoredCheckpoint] = []
    for ingredient in ingredients {
      guard let entry = try tree(of: ingredient.commit).entries[path], entry.kind == .checkpoint else {
        throw StoreError(
          .mergeConflict, "'\(path)' is not in every ingredient",
          subjects: ["\(ingredient.commit.short) has no \(path)"])
      }
      readers.append(StoredCheckpoint(store: store, manifest: try store.load(entry.manifest)))
    }
    let weights = ingredients.map(\.weight)
    let combine = request.combine
    return try CombinedCheckpoint(readers, path: path) { inputs, dtype, tensor throws(StoreError) in
      try combine(inputs, weights, dtype, tensor)
    }
  }

  /// Files that are no checkpoints: a change made on one side since the merge base is taken, two different ones conflict.
  private func mergedFiles(
    tips: [ObjectID<Commit>], ingredients: [Recipe.Ingredient], graph: CommitGraph
  ) throws(StoreError) -> Tree {
    let bases = try graph.mergeBases(of: tips)
    let base = bases.count == 1 ? try tree(of: bases[0]) : Tree()
    var trees: [Tree] = []
    for tip in tips { trees.append(try tree(of: tip)) }
    var merged = Tree()
    var conflicts: [String] = []
    for path in Set(trees.flatMap(\.entries.keys)).union(base.entries.keys).sorted() {
      let sides = trees.map { $0.entries[path] }
      guard !sides.contains(where: { $0?.kind == .checkpoint }) else { continue }
      let changes = Set(sides.filter { $0 != base.entries[path] })
      switch changes.count {
      case 0: merged.entries[path] = base.entries[path]
      case 1: merged.entries[path] = changes.first ?? nil
      default: conflicts.append("\(path): changed in different ways on \(changes.count) sides")
      }
    }
    guard conflicts.isEmpty else {
      throw StoreError(.mergeConflict, "\(conflicts.count) files conflict", subjects: conflicts)
    }
    return merged
  }
}
