import ArgumentParser
import WeightStore

struct UndoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo",
    abstract: "Take back the last operation.",
    discussion: """
      Undoing a commit leaves its changes on the stage; undoing a switch or a merge brings the files from before back. \
      Repeat it to go further back; 'wgit redo' goes forward again. 'wgit op log' shows what there is.

      A branch that wgit.yaml protects goes back only to a commit on which its certificates hold.

      Examples:
        wgit undo
        wgit undo --no-gate
      """)

  @OptionGroup var gate: GateOption
  @OptionGroup var dataFolder: DataFolderOption

  func run() throws {
    let repository = try Environment.openRepository()
    let moves = ProtectedMoves(repository: repository, option: gate, dataFolder: dataFolder, verb: "undo")
    OperationReport.print("Took back", try repository.undo { try moves.judge($0.refChanges) })
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

  @OptionGroup var gate: GateOption
  @OptionGroup var dataFolder: DataFolderOption

  func run() throws {
    let repository = try Environment.openRepository()
    let moves = ProtectedMoves(repository: repository, option: gate, dataFolder: dataFolder, verb: "redo")
    OperationReport.print("Took back", try repository.redo { try moves.judge($0.refChanges) })
  }
}

struct OperationRestoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Move all branches, and the files, back to where they stood after an operation.",
    discussion: """
      Nothing moves unless every branch that wgit.yaml protects goes to a commit on which its certificates hold.

      Example:
        wgit op restore 12
      """)

  @OptionGroup var gate: GateOption
  @OptionGroup var dataFolder: DataFolderOption

  @Argument(help: "The operation's number, as 'wgit op log' shows it.")
  var number: Int64

  func run() throws {
    let repository = try Environment.openRepository()
    let moves = ProtectedMoves(repository: repository, option: gate, dataFolder: dataFolder, verb: "op restore")
    OperationReport.print(
      "Went back to after", try repository.restore(toOperation: number) { try moves.judge($0.refChanges) })
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
