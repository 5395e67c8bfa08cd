import ArgumentParser
import Documents
import WeightStore

struct FsckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fsck",
    abstract: "Check that everything stored can be read back.",
    discussion: """
      Reads every byte of every pack, decodes and hashes every object, and follows every ref. Changes nothing. Exit code 1 \
      if there is damage; then it says which files and tensors of which commits are hurt.

      With --repair the index is built anew from the packs: broken copies of an object give way to good ones, and a lost \
      database comes back with its branches and the operation log. What no pack holds any more is taken from the trash, \
      from files of the working folder, or from another repository with --from. Nothing is deleted: broken packs go to \
      the trash, and only once nothing that is needed is missing.

      Examples:
        wgit fsck --json
        wgit fsck --full
        wgit fsck --repair
        wgit fsck --repair --from /backup/project
      """)

  @Flag(help: "First build the index anew from the packs.")
  var repair = false

  @Option(
    help: ArgumentHelp("With --repair: a repository to take missing objects from.", valueName: "folder"),
    completion: .directory)
  var from: String?

  @Flag(help: "Also put every file of every commit together and compare its SHA-256.")
  var full = false

  @OptionGroup var output: JSONOption

  func validate() throws {
    if from != nil && !repair { throw ValidationError("--from says where --repair finds missing objects: give both.") }
  }

  func run() throws {
    if repair { try rebuild() }
    let repository = try Environment.openRepository()
    let progress = ProgressLine(isQuiet: output.json)
    let findings = try repository.checkIntegrity(full: full) { progress.update("checking that \($0.summary)") }
    progress.clear()
    let damage = findings.filter { $0.severity == .damage }
    let losses = damage.isEmpty ? nil : try? repository.losses(by: damage)
    if output.json {
      output.print([
        "clean": .bool(damage.isEmpty),
        "findings": .array(
          findings.map { finding in
            [
              "severity": .string(finding.severity.rawValue), "subject": .string(finding.subject),
              "message": .string(finding.message),
            ]
          }),
        "hurt": LossView.json(losses),
      ])
    } else {
      for finding in findings {
        let style: Style = finding.severity == .damage ? .red : .yellow
        Terminal.print(
          "\(style(finding.severity.rawValue)): \(Terminal.escape(finding.subject)): \(Terminal.escape(finding.message))"
        )
      }
      if let losses { LossView.print(losses, names: try CommitNames(repository)) }
      Terminal.print(
        damage.isEmpty ? "The repository is sound" : "Damage found: \(Format.count(damage.count, "place"))")
    }
    guard !damage.isEmpty else { return }
    if !repair { Terminal.message("hint: wgit fsck --repair restores what another copy holds") }
    throw ExitCode(ExitStatus.negative.rawValue)
  }

  private func rebuild() throws {
    let settings = try Environment.settings(Configuration.userOnly())
    let other = try from.map { try Repository.open(containing: $0, settings: settings) }
    let outcome = try Repository.repair(containing: ".", settings: settings, from: other)
    Terminal.message(
      "Indexed \(Format.count(outcome.objectCount, "object")) of \(Format.count(outcome.packCount, "pack"))"
        + (outcome.restoredRefs ? "; branches restored from the operation log" : ""))
    if outcome.rescuedCount > 0 { Terminal.message("Restored \(Format.count(outcome.rescuedCount, "object"))") }
    if outcome.retiredPackCount > 0 {
      Terminal.message("Moved \(Format.count(outcome.retiredPackCount, "broken pack")) to the trash")
    }
    for fault in outcome.faults { Terminal.message("broken: \(Terminal.escape(fault))") }
  }
}
