import ArgumentParser

struct RevertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revert",
    abstract: "Take back the change of a commit, by a new commit.",
    usage: "wgit revert [<options>] <revisions> ...",
    discussion: """
      Where the current branch still has the commit's tensor, that of its parent is taken whole; where it has gone on, the \
      commit's task vector is subtracted. Other files are merged as 'wgit merge' does.

      Examples:
        wgit revert HEAD
        wgit revert main~3 --resolve 'notes.md=ours'
      """)

  @OptionGroup var options: ChangeOptions

  @Argument(help: "Commits, taken back one after the other.", completion: Completion.revision)
  var revisions: [String]

  func run() throws { try options.run(revisions, .takeBack) }
}
