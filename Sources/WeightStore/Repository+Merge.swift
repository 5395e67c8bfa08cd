import Documents

/// Merging: three-way relative to a base, or by a method that sees every model.
extension Repository {
  package struct MergeRequest {
    package let specification: MergeSpecification
    package let message: String
    package let author: Commit.Signature
    package let committer: Commit.Signature
    /// For the record: versions, papers.
    package var details: JSONObject = [:]
    /// Files of the result that a person made while the merge was open; `nil` for those that were removed.
    package var filesMadeByHand: [RelativePath: Tree.Entry?] = [:]
    /// What the sides are called in conflict markers, ours first.
    package let sideNames: [String]
    /// The way to compute of that name.
    package let strategies: (MergeSpecification.Method) throws -> any TensorStrategy
    /// Patterns that fit nothing end the merge: they are mistyped.
    package var refusesIdlePatterns = false
    /// The computation whose result the commit is: it is kept under the step's ref, not as a candidate of the branch.
    package var step: Digest?
    /// Called when all weights are computed and nothing is published yet: what it throws ends the merge.
    package var inspect: (() throws -> Void)?
    /// Path, bytes done, bytes in all.
    package var progress: ((RelativePath, Int, Int) -> Void)?

    package init(
      _ specification: MergeSpecification, message: String, author: Commit.Signature, committer: Commit.Signature,
      sideNames: [String], strategies: @escaping (MergeSpecification.Method) throws -> any TensorStrategy
    ) {
      self.specification = specification
      self.message = message
      self.author = author
      self.committer = committer
      self.sideNames = sideNames
      self.strategies = strategies
    }
  }

  package struct MergeOutcome: Sendable {
    package let id: ObjectID<Commit>
    package let commit: Commit
    package let computedTensorCount: Int
    package let keptTensorCount: Int
    package let statusCounts: [TensorStatus: Int]
    package let notes: [MergeNote]
    package let storedByteCount: Int
    /// Where the new commit stands until the branch moves to it.
    package let candidate: RefName
  }

  package enum MergeResult: Sendable {
    case made(MergeOutcome)
    /// Nothing was changed.
    case conflicts(MergePlan)
  }

  /// What a merge would do.
  ///
  /// - Parameter readsWeights: without it all is decided from names, shapes and hashes; a change of type is then taken for a
  ///   conversion.
  package func planMerge(_ request: MergeRequest, readsWeights: Bool) throws -> MergePlan {
    var planner = try MergePlanner(request, self, readsWeights: readsWeights)
    return try planner.plan()
  }

  /// Builds a merge as a commit aside, under `refs/candidates/<branch>`. The branch and the working folder stay as they
  /// are: `fastForward` moves them.
  ///
  /// - Parameter parents: of the commit, the branch's own first.
  /// - Throws: `StoreError.idlePattern`; `.nothingToCommit` if it changes nothing and joins nothing; what a strategy throws.
  package func buildMerge(_ request: MergeRequest, parents: [ObjectID<Commit>]) throws -> MergeResult {
    let lock = try self.lock()
    let plan = try planMerge(request, readsWeights: true)
    if request.refusesIdlePatterns, let idle = plan.unusedPatterns.first {
      throw StoreError(.idlePattern, "'\(idle)' fits no conflict and nothing that is merged", subjects: [idle])
    }
    guard !plan.hasConflicts else { return .conflicts(plan) }
    var writer: ObjectWriter? = ObjectWriter(store: store)
    let built = try MergeBuild(request, self).run(plan, writer: &writer)
    try request.inspect?()
    if parents.count == 1, try built.tree == tree(of: parents[0]) {
      throw StoreError(.nothingToCommit, "the result is what \(parents[0].short) holds already")
    }
    try writer?.put(built.tree)
    var details = request.details
    _ = details.append("tensors", Repository.counts(plan, built))
    let byHand = request.filesMadeByHand.keys.sorted()
    if !byHand.isEmpty { _ = details.append("byHand", .array(byHand.map { .string($0.text) })) }
    let commit = Commit(
      tree: built.tree.id, parents: parents, author: request.author, committer: request.committer,
      message: request.message, recipe: request.specification.recipe(more: details))
    try writer?.put(commit)
    let stored = writer?.storedByteCount ?? 0
    let candidate = try request.step.map(RefName.step) ?? RefName.candidate(of: head().branchName ?? "HEAD")
    let change = Operation.RefChange(name: candidate, before: try target(of: candidate), after: commit.id)
    if let writer = writer.take() {
      let verb = request.step == nil ? "candidate" : "step"
      try publish(Publication(description: "\(verb): \(commit.subject)", refChanges: [change]), writer: writer)
    }
    withExtendedLifetime(lock) {}
    return .made(
      MergeOutcome(
        id: commit.id, commit: commit, computedTensorCount: built.computedTensorCount,
        keptTensorCount: built.keptTensorCount, statusCounts: plan.statusCounts, notes: plan.notes + built.notes,
        storedByteCount: stored, candidate: candidate))
  }

  private static func counts(_ plan: MergePlan, _ built: MergeBuild.Outcome) -> JSONValue {
    let counts = plan.statusCounts.sorted { $0.key.rawValue < $1.key.rawValue }
    return [
      "combined": .integer(Int64(built.computedTensorCount)),
      "kept": .integer(Int64(built.keptTensorCount)),
      "status": .object(JSONObject(counts.map { ($0.key.rawValue, .integer(Int64($0.value))) })),
    ]
  }
}
