import ArgumentParser
import Glibc

/// The root command. Everything a person sees is made in this target; the libraries below only state facts.
@main
struct Wgit: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "wgit",
    abstract: "Version control for model weights.",
    usage: "wgit [-C <folder>] <command>",
    discussion: """
      Commit checkpoints, branch, fine-tune, merge by averaging (Model Ratatouille) and gate merges with held-out data.

      Examples:
        wgit init && wgit add . && wgit commit -m "Pre-trained network"
        wgit finetune --task tasks/target.yaml --branch target
        wgit merge --strategy ratatouille --gate target/a target/b
        wgit -C ~/models log --graph    (as if started in that folder)

      Revisions:
        main, target/a      a branch
        v1.0                a tag
        HEAD, @             what is checked out
        3fa9c1d             the first digits of a commit's id, at least four
        main~2, soup^3      the second first-parent ancestor; the third parent
        candidates/main     a merge that was refused, or is not finished

      Exit codes:
        0      done; no difference; all certificates hold
        1      a negative answer: certificate fails, merge refused,
               differences or damage found, nothing to commit
        64     the command line is wrong
        65     data is malformed or damaged
        66     no such repository, revision or file
        69     a remote or a system library is not there
        70     a bug in wgit
        74     input or output failed; the disk is full
        75     busy, try again
        77     not permitted
        125    cannot test (for bisecting)
        130    stopped with Ctrl-C

      Environment:
        WGIT_AUTHOR_NAME, WGIT_AUTHOR_EMAIL   who commits
        WGIT_DATA       the folder with the data-set files
        WGIT_DATE       the time of commits: "1700000000 +0100"
        WGIT_THREADS    threads for storing and training
        NO_COLOR        if set, no colours
      """,
    version: "wgit \(version)",
    groupedSubcommands: [
      CommandGroup(
        name: "Start a project",
        subcommands: [InitCommand.self, ConfigCommand.self, NetworkCommand.self, DataCommand.self]),
      CommandGroup(
        name: "Record changes",
        subcommands: [AddCommand.self, CommitCommand.self, RestoreCommand.self, StatusCommand.self]),
      CommandGroup(
        name: "Look at history",
        subcommands: [
          LogCommand.self, ShowCommand.self, DiffCommand.self, BlameCommand.self, ExportCommand.self,
          OperationCommand.self,
          UndoCommand.self,
          RedoCommand.self,
        ]),
      CommandGroup(
        name: "Branch, train, merge, test",
        subcommands: [
          BranchCommand.self, TagCommand.self, SwitchCommand.self, FinetuneCommand.self, RatatouilleCommand.self,
          MergeCommand.self,
          CherryPickCommand.self,
          RevertCommand.self, RebaseCommand.self, AverageCommand.self, ReplayCommand.self, TestCommand.self,
          CertifyCommand.self, TrustCommand.self, BisectCommand.self,
        ]),
      CommandGroup(
        name: "Measure models, and report",
        subcommands: [LMCCommand.self, DiversityCommand.self, ReportCommand.self]),
      CommandGroup(
        name: "Look after the repository",
        subcommands: [
          FsckCommand.self, GarbageCollectionCommand.self, RepackCommand.self, DiskUsageCommand.self,
          CatObjectCommand.self,
        ]),
    ])

  static func main() {
    Terminal.ignoreBrokenPipes()
    // A limit on the size of files is an error of the call that meets it, as a full disk is.
    signal(SIGXFSZ, SIG_IGN)
    ProcessMemory.keepFreedBuffers()
    let typed = Array(CommandLine.arguments.dropFirst())
    if Completion.isAsked(typed) { Completion.silenceErrors() }
    do {
      let arguments = try changingFolder(typed)
      try CommandName.check(arguments)
      try Environment.check()
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
