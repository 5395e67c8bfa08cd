import ArgumentParser
import Documents
import Reports
import WeightStore

struct LogCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log",
    abstract: "Show the commits that lead to a revision.",
    usage: "wgit log [<options>] [<revisions> ...] [-- <paths> ...]",
    discussion: """
      Examples:
        wgit log --graph --oneline --all
        wgit log main~3 -n 1
        wgit log --certificates
        wgit log -- model.safetensors
      """)

  @Flag(help: "Draw the graph of commits on the left.")
  var graph = false

  @Flag(help: "One line for each commit.")
  var oneline = false

  @Flag(help: "Start from every branch.")
  var all = false

  @Flag(help: "Show what certificates said of each commit.")
  var certificates = false

  @Option(name: [.customShort("n"), .customLong("max-count")], help: "At most so many commits.")
  var maximumCount: Int?

  @OptionGroup var output: JSONOption

  @Argument(help: "Revisions to start from; HEAD if none is given.", completion: Completion.revision)
  var revisions: [String] = []

  @Argument(
    parsing: .postTerminator, help: "After '--': only commits that changed these files and folders.",
    completion: Completion.trackedFile)
  var paths: [String] = []

  func validate() throws {
    if graph, !paths.isEmpty { throw ValidationError("--graph draws all commits; it does not go with paths.") }
    if let maximumCount, maximumCount < 0 { throw ValidationError("-n must not be negative.") }
  }

  func run() throws {
    let repository = try Environment.openRepository()
    let user = try UserPath(repository)
    let commits = try repository.log(
      from: starts(repository), changing: paths.map(user.relative), limit: maximumCount ?? .max)
    let names = try CommitNames(repository)
    if output.json {
      output.print(
        .array(
          try commits.map { id, commit in
            var members = CommitView.json(id, commit, names: names).objectValue?.members ?? []
            if certificates {
              members.append((key: "certificates", value: try CertificateLog.json(id, in: repository)))
            }
            return .object(JSONObject(members))
          }))
      return
    }
    var drawing = CommitGraphDrawing()
    for (id, commit) in commits {
      let said = certificates ? try CertificateLog.lines(id, in: repository).map { "    \($0)" } : []
      let text =
        oneline
        ? [CommitView.line(id, commit, names: names)] + said
        : CommitView.lines(id, commit, names: names) + (said.isEmpty ? [] : [""] + said) + [""]
      guard graph else {
        text.forEach { Terminal.print($0) }
        continue
      }
      let rows = drawing.rows(for: id.hex, parents: commit.parents.map(\.hex), lineCount: text.count)
      for row in rows {
        var line = row.lane + (row.line.map { text[$0] } ?? "")
        while line.hasSuffix(" ") { line.removeLast() }
        Terminal.print(line)
      }
    }
  }

  private func starts(_ repository: Repository) throws -> [ObjectID<Commit>] {
    var starts = try revisions.map(repository.resolve)
    // What a recipe computes on its way is seen from its results.
    if all { starts += try repository.refs().filter { $0.name.stepKey == nil }.map(\.target) }
    if starts.isEmpty || all, let head = try repository.headCommitID() { starts.append(head) }
    if starts.isEmpty { starts = [try repository.resolve("HEAD")] }
    return starts
  }
}
