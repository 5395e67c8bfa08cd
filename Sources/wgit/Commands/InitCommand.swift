import ArgumentParser
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

  @Argument(help: "The folder; it is made if it does not exist.")
  var folder = "."

  func run() throws {
    if !Folder.isFolder(folder) { try Folder.create(folder) }
    let repository = try Repository.initialize(
      at: folder, initialBranch: initialBranch, settings: Environment.settings(Configuration.userOnly()))
    Terminal.print("Made an empty wgit repository in \(Terminal.escape(repository.layout.root))")
  }
}
