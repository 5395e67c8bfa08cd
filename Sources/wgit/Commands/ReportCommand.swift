import ArgumentParser
import Reports
import WeightStore

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Tell how models were made and what became of them, as Markdown or as a web site.",
    usage: """
      wgit report [<options>] [<revisions> ...]
      wgit report [<options>] <base>..<head>
      wgit report --html <folder> [<options>] [<revisions> ...]
      """,
    discussion: """
      Of each revision, HEAD if none is given: how its weights were made, its ingredients, what certificates said before \
      and after, and how far each layer moved. BASE..HEAD is a summary of a whole branch, for pull requests.

      With --html a folder of pages is written, for all commits that lead to the revisions: an index with their graph, and \
      a page for each. The pages need no server, no script and no network. The folder must be new or empty.

      With --lmc the line from the branch that was merged into, or the first ingredient, to each of the other ingredients \
      is measured as 'wgit lmc' does.

      Examples:
        wgit report
        wgit report main..contribution >> "$GITHUB_STEP_SUMMARY"
        wgit report --html site --all
        wgit report --html site --lmc -c held-out release
      """)

  @Option(help: ArgumentHelp("Write a site of HTML pages to this folder.", valueName: "folder"))
  var html: String?

  @Flag(help: "Start from every branch and tag.")
  var all = false

  @Option(name: [.customShort("n"), .customLong("max-count")], help: "With --html: at most so many commits.")
  var maximumCount: Int?

  @Flag(name: .customLong("no-diff"), help: "Read no weights: only say which tensors changed.")
  var skipsDifferences = false

  @Flag(help: "Measure the lines between the ingredients of merges.")
  var lmc = false

  @Flag(name: [.short, .long], help: "With --html: replace pages in a folder that is not empty.")
  var force = false

  @OptionGroup var data: MeasurementDataOptions
  @OptionGroup var silent: SilentOption

  @Argument(help: "Revisions, or two as BASE..HEAD; HEAD if none is given.", completion: Completion.revision)
  var revisions: [String] = []

  func validate() throws {
    if let maximumCount, maximumCount < 1 { throw ValidationError("-n must be at least 1.") }
    if html == nil, all || force || maximumCount != nil {
      throw ValidationError("--all, --force and -n are about a site: --html FOLDER.")
    }
  }

  func run() throws {
    let repository = try Environment.openRepository()
    let names = try CommitNames(repository)
    let writer = ReportWriter(
      repository: repository, names: names, measuring: !skipsDifferences, data: lmc ? data : nil,
      isQuiet: silent.quiet)
    guard let html else {
      let documents = try (revisions.isEmpty ? ["HEAD"] : revisions).map(writer.document)
      return Terminal.print(
        documents.map { MarkdownRenderer.text($0) }.joined(separator: "\n").trimmingLineEnds)
    }
    let commits = try writer.commits(revisions, all: all, limit: maximumCount ?? .max)
    let folder = try FreshFolder(html, overwrites: force)
    try writer.write(commits, to: folder)
    silent.message("Wrote \(Format.count(commits.count + 1, "page")): \(Terminal.escape(folder.path))/index.html")
  }
}

extension String {
  fileprivate var trimmingLineEnds: String {
    var text = self[...]
    while text.last == "\n" { text = text.dropLast() }
    return String(text)
  }
}
