import ArgumentParser
import Documents
import WeightStore

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a commit: what changed and how its weights were made.",
    discussion: """
      Examples:
        wgit show
        wgit show main^2 --json
      """)

  @OptionGroup var output: JSONOption

  @Argument(help: "The revision.", completion: Completion.revision)
  var revision = "HEAD"

  func run() throws {
    let repository = try Environment.openRepository()
    let id = try repository.resolve(revision)
    let commit = try repository.graph.commit(id)
    let names = try CommitNames(repository)
    let before = try commit.parents.first.map(repository.tree) ?? Tree()
    let changes = try SnapshotChanges(from: before, to: repository.tree(of: id), store: repository.store)
    if output.json {
      output.print(ShowCommand.json(CommitView.json(id, commit, names: names), changes))
      return
    }
    CommitView.lines(id, commit, names: names).forEach { Terminal.print($0) }
    if commit.recipe.kind != .import {
      Terminal.print("\nRecipe:")
      for line in CommitView.recipe(commit.recipe).prettyString().split(separator: "\n") {
        Terminal.print("  \(Terminal.escape(String(line)))")
      }
    }
    Terminal.print("\nChanges\(commit.parents.first.map { " since \($0.short)" } ?? ""):")
    for file in changes.files {
      Terminal.print("  \("\(file.kind.rawValue):".padding(10)) \(Terminal.escape(file.path.text))")
    }
    Terminal.print("  \(changes.changedTensorCount) of \(Format.count(changes.tensorCount, "tensor")) changed")
  }

  /// The commit's members, and what changed since its first parent.
  private static func json(_ commit: JSONValue, _ changes: SnapshotChanges) -> JSONValue {
    var members = commit.objectValue ?? [:]
    let files: [JSONValue] = changes.files.map { file in
      ["path": .string(file.path.text), "change": .string(file.kind.rawValue)]
    }
    _ = members.append("changes", .array(files))
    _ = members.append("changedTensorCount", .integer(Int64(changes.changedTensorCount)))
    _ = members.append("tensorCount", .integer(Int64(changes.tensorCount)))
    return .object(members)
  }
}
