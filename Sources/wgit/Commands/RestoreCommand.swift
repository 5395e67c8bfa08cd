import ArgumentParser
import WeightStore

struct RestoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Put files back as they were.",
    discussion: """
      Overwrites local changes to the files you name.

      Examples:
        wgit restore model.safetensors              (as staged)
        wgit restore -s main~1 model.safetensors    (as in a commit)
        wgit restore --staged .                     (the stage; files stay)
      """)

  @Option(name: [.short, .long], help: "The revision to take files from.", completion: Completion.revision)
  var source: String?

  @Flag(name: [.customShort("S"), .long], help: "Change the stage, not the files.")
  var staged = false

  @OptionGroup var silent: SilentOption

  @Argument(help: "Files and folders.", completion: Completion.trackedFile)
  var paths: [String]

  func validate() throws {
    if staged && source != nil { throw ValidationError("--staged always restores from HEAD: leave out --source.") }
  }

  func run() throws {
    let repository = try Environment.openRepository()
    let user = try UserPath(repository)
    let targets = try paths.map(user.relative)
    let restored =
      staged
      ? try repository.unstage(targets)
      : try repository.restore(targets, from: source.map(repository.resolve))
    silent.message("\(staged ? "Unstaged" : "Restored") \(Format.count(restored.count, "file"))")
  }
}
