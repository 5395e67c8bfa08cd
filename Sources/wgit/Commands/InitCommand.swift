import ArgumentParser
import Glibc
import WeightStore

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make a repository in a folder.",
    discussion: """
      Makes the folder .wgit, which holds everything wgit stores. Your files stay as they are.

      Examples:
        wgit init
        wgit init models/classifier --initial-branch trunk
      """)

  @Option(name: [.customShort("b"), .long], help: "Name of the first branch.")
  var initialBranch = "main"

  @OptionGroup var silent: SilentOption

  @Argument(help: "The folder; it is made if it does not exist.", completion: .directory)
  var folder = "."

  func run() throws {
    guard !folder.isEmpty else { throw CommandError(.usage, "an empty path was given") }
    try InitCommand.createFolders(folder)
    let repository = try Repository.initialize(
      at: folder, initialBranch: initialBranch, settings: Environment.settings(Configuration.userOnly()))
    if !silent.quiet {
      Terminal.print("Made an empty wgit repository in \(Terminal.escape(repository.layout.root))")
    }
  }

  /// The folder and those above it.
  private static func createFolders(_ path: String) throws {
    guard !Folder.isFolder(path) else { return }
    guard access(path, F_OK) != 0 else { throw CommandError(.usage, "'\(path)' is a file, not a folder") }
    var parent = Folder.parent(of: path)
    if parent == path { parent = "." }
    try createFolders(parent)
    try Folder.create(path)
  }
}
