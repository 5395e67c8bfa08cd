import ArgumentParser
import Glibc

/// The root command. Everything a person sees is made in this target; the libraries below only state facts.
@main
struct Wgit: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "wgit",
    abstract: "Version control for model weights.",
    discussion: """
      Commit checkpoints, branch, fine-tune, merge by averaging (Model Ratatouille) and gate merges with held-out data.

      Examples:
        wgit init && wgit add . && wgit commit -m "Pre-trained network"
        wgit finetune --task tasks/target.yaml --branch target
        wgit merge --strategy ratatouille --gate target/a target/b target/c
        wgit -C ~/models log --graph      (runs as if started in that folder)

      Exit codes: 0 done; 1 a negative answer (certificate fails, merge refused, differences found, damage found);
      64 usage; 65 malformed data; 66 no such repository, revision or file; 70 a bug; 74 I/O or full disk;
      75 busy, try again; 77 permission; 125 cannot test.
      """,
    version: version,
    groupedSubcommands: [
      CommandGroup(
        name: "Start a project", subcommands: [InitCommand.self, ConfigCommand.self, NetworkCommand.self]),
      CommandGroup(
        name: "Record changes",
        subcommands: [AddCommand.self, CommitCommand.self, RestoreCommand.self, StatusCommand.self]),
      CommandGroup(
        name: "Look at history",
        subcommands: [LogCommand.self, ShowCommand.self, DiffCommand.self, OperationCommand.self]),
      CommandGroup(
        name: "Branch, train, merge, test",
        subcommands: [
          BranchCommand.self, SwitchCommand.self, FinetuneCommand.self, MergeCommand.self, TestCommand.self,
        ]),
      CommandGroup(name: "Look inside", subcommands: [FsckCommand.self, CatObjectCommand.self]),
    ])

  static func main() {
    do {
      let arguments = try changingFolder(Array(CommandLine.arguments.dropFirst()))
      try CommandName.check(arguments.first)
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch {
      ErrorPresentation.exit(with: error)
    }
  }

  /// Obeys leading `-C FOLDER` options, as git does.
  private static func changingFolder(_ arguments: [String]) throws -> [String] {
    var rest = arguments[...]
    while rest.first == "-C" {
      guard let folder = rest.dropFirst().first else {
        throw CommandError(.usage, "-C needs a folder", hint: "wgit -C FOLDER COMMAND")
      }
      guard chdir(folder) == 0 else {
        throw CommandError(.notFound, "cannot enter '\(folder)': \(String(cString: strerror(errno)))")
      }
      rest = rest.dropFirst(2)
    }
    return Array(rest)
  }
}
