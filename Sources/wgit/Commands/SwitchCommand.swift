import ArgumentParser
import WeightStore

struct SwitchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "switch",
    abstract: "Check out a branch.",
    discussion: """
      Files that differ are rebuilt byte for byte and verified. Local changes are never overwritten.

      Examples:
        wgit switch main
        wgit switch -c experiment main~1
        wgit switch --detach 3fa9c1d
      """)

  @Flag(name: [.short, .long], help: "Make the branch first.")
  var create = false

  @Flag(name: [.short, .long], help: "Check out a commit without a branch.")
  var detach = false

  @OptionGroup var silent: SilentOption

  @Argument(help: "A branch; with --detach any revision.", completion: Completion.revision)
  var target: String

  @Argument(help: "With --create: where the branch starts. (default: HEAD)", completion: Completion.revision)
  var start: String?

  func validate() throws {
    if create && detach { throw ValidationError("--create and --detach exclude each other.") }
    if start != nil && !create {
      throw ValidationError("Only a new branch has a start: wgit switch --create \(target) \(start ?? "").")
    }
  }

  func run() throws {
    let repository = try Environment.openRepository()
    if !create, !detach, try repository.head().branchName == target {
      return silent.message("Already on '\(Terminal.escape(target))'")
    }
    let goal: Repository.SwitchTarget =
      if detach {
        .detached(try repository.resolve(target))
      } else if create {
        .newBranch(target, at: try repository.resolve(start ?? "HEAD"))
      } else {
        .branch(target)
      }
    let outcome = try BranchNames(repository).explaining(target) {
      try repository.switchTo(goal, progress: AddCommand.progress("writing", isQuiet: silent.quiet))
    }
    switch outcome.head {
    case .branch(let name):
      silent.message("Switched to \(create ? "a new " : "")branch '\(Terminal.escape(name.branchName ?? name.text))'")
    case .detached(let id): silent.message("HEAD is now at \(id.short), on no branch")
    }
  }
}
