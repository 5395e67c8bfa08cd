import WeightStore

/// Going on with a merge that stopped, or giving it up.
struct OpenMergeRun {
  private let repository: Repository
  private let dataFolder: DataFolderOption
  private let output: MergeOutput

  init(_ repository: Repository, _ dataFolder: DataFolderOption, _ output: MergeOutput) {
    self.repository = repository
    self.dataFolder = dataFolder
    self.output = output
  }

  /// - Parameter finish: with everything decided the merge is committed; without, decisions are only taken down.
  func run(abort: Bool, finish: Bool, _ scope: MergeScopeOptions, _ message: String?) throws {
    if abort {
      try repository.abortMerge()
      if output == .text { Terminal.message("The merge is given up; branch and files are as they were") }
      return
    }
    guard var merge = try repository.openMerge() else {
      throw StoreError(.noOpenMerge, "no merge is open")
    }
    // Newer decisions come first: they may correct earlier ones.
    merge.specification.resolutions =
      try scope.resolve.map(MergeMethods.resolution) + merge.specification.resolutions
    if let optimizer = scope.keepOptimizer { merge.specification.optimizer = optimizer }
    if let message { merge.message = message }
    guard !merge.files.isEmpty && scope.resolve.isEmpty else { return try go(on: merge, finish: finish) }
    throw CommandError(
      .negative,
      "\(Format.count(merge.files.count, "file")) still \(merge.files.count == 1 ? "conflicts" : "conflict")",
      details: merge.files.map(\.path.text),
      hint: "edit and stage: wgit add \(Terminal.escape(merge.files[0].path.text)); or wgit merge --resolve 'PATH=ours'"
    )
  }

  private func go(on merge: OpenMerge, finish: Bool) throws {
    var landing = MergeLanding(
      repository, merge.specification, names: merge.names, message: merge.message,
      parents: try repository.parents(of: merge.specification))
    landing.output = output
    landing.isStrict = merge.isStrict
    landing.gate = try GateDecision(merge.isGated, branch: repository.head().branchName, in: repository)
    landing.dataFolder = dataFolder
    landing.continues = merge
    landing.refusesIdlePatterns = !finish
    if !finish {
      let plan = try landing.plan(readsWeights: true)
      if !plan.hasConflicts {
        _ = try repository.stop(merge, at: plan)
        if output == .text { Terminal.message("Everything is decided; finish: wgit merge --continue") }
        return
      }
    }
    try landing.land()
  }
}
