import ArgumentParser

struct CherryPickCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cherry-pick",
    abstract: "Add the change of a commit to the current branch.",
    usage: "wgit cherry-pick [<options>] <revisions> ...",
    discussion: """
      The change of a tensor is its task vector: what the commit holds minus what its parent held. Where the current \
      branch has the parent's tensor, the commit's is taken whole; where it has another one, the task vector is added. \
      Other files are merged as 'wgit merge' does.

      Examples:
        wgit cherry-pick feature~1
        wgit cherry-pick a b --resolve 'config.json=ours'
      """)

  @OptionGroup var options: ChangeOptions

  @Argument(help: "Commits, carried over one after the other.", completion: Completion.revision)
  var revisions: [String]

  func run() throws { try options.run(revisions, .add) }
}
