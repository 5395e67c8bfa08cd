import ArgumentParser
import WeightStore

struct AddCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Store files and put them on the stage for the next commit.",
    discussion: """
      A .safetensors file is stored tensor by tensor: what the repository has already costs nothing. Every other file is \
      stored as bytes. A path that no longer exists is taken off the stage.

      Files that a .wgitignore excludes are passed over, unless they are tracked already. Its lines are patterns as in a \
      .gitignore: '#' begins a comment, '!' takes an exclusion back, 'build/' fits folders, '/x' fits beside the file, '**' \
      any folders.

      Examples:
        wgit add model.safetensors network.json
        wgit add .
      """)

  @Flag(name: [.customShort("A"), .long], help: "Everything in the working folder, removals included.")
  var all = false

  @Flag(name: [.short, .long], help: "Also what a .wgitignore excludes.")
  var force = false

  @OptionGroup var silent: SilentOption

  @Argument(help: "Files and folders.", completion: .file())
  var paths: [String] = []

  func validate() throws {
    if all && !paths.isEmpty { throw ValidationError("--all takes everything: leave out the paths.") }
    guard all || !paths.isEmpty else { throw ValidationError("Nothing given: name files, or '.' for all of them.") }
  }

  func run() throws {
    let repository = try Environment.openRepository()
    let user = try UserPath(repository)
    let targets = all ? [nil] : try paths.map(user.relative)
    let outcome = try repository.add(
      targets, takesIgnored: force, progress: AddCommand.progress("storing", isQuiet: silent.quiet))
    for path in outcome.skipped {
      silent.message("skipped \(Terminal.escape(path)): symbolic links and special files are not tracked")
    }
    if !silent.quiet { AddCommand.warnAboutPickles(outcome.added) }
  }

  /// A progress callback for work on files.
  static func progress(_ verb: String, isQuiet: Bool = false) -> (RelativePath, Int, Int) -> Void {
    let line = ProgressLine(isQuiet: isQuiet)
    return { path, done, total in
      line.update("\(verb) \(Terminal.escape(path.text)): \(Format.bytes(done)) of \(Format.bytes(total))")
      if done == total { line.clear() }
    }
  }

  /// Pickles may run code when they are loaded: wgit keeps them as bytes and never looks inside.
  private static func warnAboutPickles(_ paths: [RelativePath]) {
    let suffixes = [".pt", ".pth", ".ckpt", ".bin"]
    for path in paths where suffixes.contains(where: path.name.lowercased().hasSuffix) {
      Terminal.message(
        "note: \(Terminal.escape(path.text)) is stored as plain bytes. To version its tensors, save it as safetensors: "
          + "python -c \"import torch, safetensors.torch as s; "
          + "s.save_file(torch.load('\(Terminal.escape(path.name))', weights_only=True), 'model.safetensors')\"")
    }
  }
}
