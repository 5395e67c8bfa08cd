import ArgumentParser
import Documents
import WeightStore

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show what changed since the last commit.",
    discussion: """
      Files that were not touched are not read. Paths are shown as you would type them here; with --json they are \
      relative to the project folder.

      Examples:
        wgit status
        wgit status --short
        wgit status --json
      """)

  @Flag(
    name: [.short, .long],
    help: "One line for each file: what is staged, what is not (A, M, D), '??' for files that are not tracked.")
  var short = false

  @OptionGroup var output: JSONOption

  func run() throws {
    let repository = try Environment.openRepository()
    let status = try repository.status()
    let merge = try repository.openMerge()
    if output.json {
      output.print(StatusCommand.json(status, merge))
    } else if short {
      StatusCommand.printShort(status, merge, try UserPath(repository))
    } else {
      StatusCommand.print(status, merge, try UserPath(repository))
    }
  }

  /// As `git status --short`: UU for conflicts.
  private static func printShort(_ status: Repository.Status, _ merge: OpenMerge?, _ user: UserPath) {
    func letter(_ kind: SnapshotChanges.Kind?) -> String {
      kind.map { String($0.rawValue.prefix(1)).uppercased() } ?? " "
    }
    let staged = Dictionary(status.staged.map { ($0.path, $0.kind) }, uniquingKeysWith: { first, _ in first })
    let unstaged = Dictionary(status.unstaged.map { ($0.path, $0.kind) }, uniquingKeysWith: { first, _ in first })
    let conflicts = Set(merge?.files.map(\.path) ?? [])
    for path in Set(staged.keys).union(unstaged.keys).union(conflicts).sorted() {
      let shown = Terminal.escape(user.shown(path))
      if conflicts.contains(path) {
        Terminal.print(Style.red("UU") + " \(shown)")
      } else {
        Terminal.print(Style.green(letter(staged[path])) + Style.red(letter(unstaged[path])) + " \(shown)")
      }
    }
    for path in status.untracked where !conflicts.contains(path) {
      Terminal.print(Style.red("??") + " \(Terminal.escape(user.shown(path)))")
    }
  }

  private static func print(_ status: Repository.Status, _ merge: OpenMerge?, _ user: UserPath) {
    if let branch = status.head.branchName {
      Terminal.print("On branch \(Terminal.escape(branch))")
    } else {
      Terminal.print("HEAD is at \(status.headCommit?.short ?? "nothing"), on no branch")
    }
    if status.headCommit == nil { Terminal.print("No commits yet") }
    if let merge { print(merge, user) }
    section(
      "To be committed (wgit commit; undo with wgit restore --staged):",
      status.staged.map { (user.shown($0.path), $0.kind) }, .green)
    section(
      "Changed, not staged (wgit add; undo with wgit restore):",
      status.unstaged.map { (user.shown($0.path), $0.kind) }, .red)
    section("Not tracked (wgit add):", status.untracked.map { (user.shown($0), nil) }, .red)
    if status.isClean { Terminal.print("Nothing to commit, working folder clean") }
  }

  private static func print(_ merge: OpenMerge, _ user: UserPath) {
    let others = merge.names.dropFirst().map(Terminal.escape).joined(separator: ", ")
    Terminal.print("\nA merge of \(others) is open (wgit merge --continue; give up with wgit merge --abort)")
    if merge.tensorConflictCount > 0 {
      Terminal.print(
        "  \(Format.count(merge.tensorConflictCount, "tensor")) to decide on: wgit merge --resolve 'PATTERN=ours'")
    }
    for file in merge.files { Terminal.print("  " + Style.red("conflict:  \(Terminal.escape(user.shown(file.path)))")) }
  }

  private static func section(_ title: String, _ files: [(String, SnapshotChanges.Kind?)], _ style: Style) {
    guard !files.isEmpty else { return }
    Terminal.print("\n\(title)")
    for (path, kind) in files {
      let label = kind.map { "\($0.rawValue):".padding(10) } ?? ""
      Terminal.print("  " + style(label + Terminal.escape(path)))
    }
  }

  private static func json(_ status: Repository.Status, _ merge: OpenMerge?) -> JSONValue {
    func file(_ path: RelativePath, _ kind: SnapshotChanges.Kind) -> JSONValue {
      ["path": .string(path.text), "change": .string(kind.rawValue)]
    }
    return [
      "branch": status.head.branchName.map { .string($0) } ?? .null,
      "commit": status.headCommit.map { .string($0.hex) } ?? .null,
      "clean": .bool(status.isClean),
      "staged": .array(status.staged.map { file($0.path, $0.kind) }),
      "unstaged": .array(status.unstaged.map { file($0.path, $0.kind) }),
      "untracked": .array(status.untracked.map { .string($0.text) }),
      "merge": merge.map(json) ?? .null,
    ]
  }

  private static func json(_ merge: OpenMerge) -> JSONValue {
    [
      "sides": .array(
        zip(merge.names, merge.specification.sides).map { ["name": .string($0), "commit": .string($1.hex)] }),
      "tensorConflicts": .integer(Int64(merge.tensorConflictCount)),
      "fileConflicts": .array(merge.files.map { .string($0.path.text) }),
    ]
  }
}

extension String {
  /// At least `count` characters, filled with spaces on the right.
  func padding(_ count: Int) -> String {
    self + String(repeating: " ", count: max(0, count - self.count))
  }
}
