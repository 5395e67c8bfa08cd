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

  @Argument(help: "A branch; with --detach any revision.")
  var target: String

  @Argument(help: "Where a new branch starts.")
  var start = "HEAD"

  func validate() throws {
    if create && detach { throw ValidationError("--create and --detach exclude each other.") }
  }

  func run() throws {
    let repository = try Environment.openRepository()
    let goal: Repository.SwitchTarget =
      if detach {
        .detached(try repository.resolve(target))
      } else if create {
        .newBranch(target, at: try repository.resolve(start))
      } else {
        .branch(target)
      }
    let outcome = try repository.switchTo(goal, progress: AddCommand.progress("writing"))
    switch outcome.head {
    case .branch(let name):
      Terminal.message("Switched to \(create ? "a new " : "")branch '\(Terminal.escape(name.branchName ?? name.text))'")
    case .detached(let id): Terminal.message("HEAD is now at \(id.short), on no branch")
    }
  }
}
