import ArgumentParser
import WeightStore

struct UndoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo",
    abstract: "Take back the last operation.",
    discussion: """
      Undoing a commit leaves its changes on the stage; undoing a switch or a merge brings the files from before back. \
      Repeat it to go further back; 'wgit redo' goes forward again. 'wgit op log' shows what there is.

      Example:
        wgit undo
      """)

  func run() throws {
    OperationReport.print("Took back", try Environment.openRepository().undo())
  }
}

struct RedoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "redo",
    abstract: "Take back the last undo.",
    discussion: """
      Example:
        wgit undo && wgit redo
      """)

  func run() throws {
    OperationReport.print("Took back", try Environment.openRepository().redo())
  }
}

struct OperationRestoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Move all branches, and the files, back to where they stood after an operation.",
    discussion: """
      Example:
        wgit op restore 12
      """)

  @Argument(help: "The operation's number, as 'wgit op log' shows it.")
  var number: Int64

  func run() throws {
    OperationReport.print("Went back to after", try Environment.openRepository().restore(toOperation: number))
  }
}

/// What is said after operations were taken back.
enum OperationReport {
  static func print(_ verb: String, _ outcome: Repository.UndoOutcome) {
    Terminal.message("\(verb) '\(Terminal.escape(outcome.operation.description))'")
    let place = outcome.head.branchName.map { "branch '\(Terminal.escape($0))'" } ?? "no branch"
    Terminal.message("On \(place), at \(outcome.commit?.short ?? "no commit")")
  }
}
