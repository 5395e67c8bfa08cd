import ArgumentParser
import Documents
import WeightStore

struct BranchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "branch",
    abstract: "List, make, rename or delete branches.",
    usage: "wgit branch [<options>] [<name> [<start>]]",
    discussion: """
      A branch that wgit.yaml protects moves only to a commit on which its certificates hold, and is not deleted or renamed \
      unless --no-gate says so.

      Examples:
        wgit branch
        wgit branch target/a main~2
        wgit branch -m target/b
        wgit branch -d target/a
      """)

  @Flag(name: [.customShort("d"), .long], help: "Delete a branch whose commits another branch holds.")
  var delete = false

  @Flag(name: [.customShort("D")], help: "Delete a branch even if commits are lost.")
  var deleteAnyway = false

  @Flag(name: [.short, .long], help: "Move a branch that exists already.")
  var force = false

  @Flag(name: [.customShort("m"), .long], help: "Rename the current branch, or the first one named to the second.")
  var move = false

  @OptionGroup var gate: GateOption
  @OptionGroup var dataFolder: DataFolderOption
  @OptionGroup var output: JSONOption
  @OptionGroup var silent: SilentOption

  @Argument(help: "The branch.", completion: Completion.branch)
  var name: String?

  @Argument(help: "Where a new branch starts; HEAD if not given.", completion: Completion.revision)
  var start: String?

  func validate() throws {
    if delete || deleteAnyway, name == nil { throw ValidationError("Which branch is to be deleted?") }
    if delete || deleteAnyway, force { throw ValidationError("--force moves a branch; to delete one anyway use -D.") }
    if move, delete || deleteAnyway || force { throw ValidationError("-m goes with no other way to change a branch.") }
    if move, name == nil { throw ValidationError("What is the branch to be called?") }
    if force, name == nil { throw ValidationError("Which branch is to be moved?") }
  }

  func run() throws {
    let repository = try Environment.openRepository()
    guard let name else { return try list(repository) }
    if move { return try rename(repository, name) }
    if delete || deleteAnyway {
      let target = try BranchNames(repository).explaining(name) {
        let note = try judge(repository, name, to: nil, "deletion")
        return try repository.deleteBranch(name, force: deleteAnyway, note: note)
      }
      silent.message("Deleted branch \(Terminal.escape(name)) (was \(target.short))")
    } else {
      let target = try repository.resolve(start ?? "HEAD")
      let tip = force ? try repository.target(of: RefName.branch(name)) : nil
      let note = try tip == nil ? "" : judge(repository, name, to: target, "move")
      try repository.createBranch(name, at: target, replacing: tip, note: note)
    }
  }

  private func rename(_ repository: Repository, _ name: String) throws {
    guard let old = try start == nil ? repository.head().branchName : name else {
      throw CommandError(.usage, "no branch is checked out", hint: "name both: wgit branch -m OLD NEW")
    }
    try BranchNames(repository).explaining(old) {
      let note = try judge(repository, old, to: nil, "renaming")
      try repository.renameBranch(old, to: start ?? name, note: note)
    }
  }

  /// - Returns: what the operation log notes.
  private func judge(
    _ repository: Repository, _ branch: String, to target: ObjectID<Commit>?, _ verb: String
  ) throws -> String {
    let name = try RefName.branch(branch)
    let change = WeightStore.Operation.RefChange(name: name, before: try repository.target(of: name), after: target)
    let moves = ProtectedMoves(
      repository: repository, option: gate, dataFolder: dataFolder, verb: verb, isQuiet: silent.quiet)
    return try moves.judge([change])
  }

  private func list(_ repository: Repository) throws {
    let head = try repository.head()
    let branches = try repository.branches()
    if output.json {
      output.print(
        .array(
          branches.map { branch in
            [
              "name": .string(branch.name), "commit": .string(branch.target.hex),
              "current": .bool(head.branchName == branch.name),
            ]
          }))
      return
    }
    if case .detached(let id) = head { Terminal.print("* " + Style.green("(no branch, at \(id.short))")) }
    for branch in branches {
      let isCurrent = head.branchName == branch.name
      let name = Terminal.escape(branch.name)
      Terminal.print(isCurrent ? "* " + Style.green(name) : "  " + name)
    }
  }
}
