import ArgumentParser
import Documents
import WeightStore

struct FsckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fsck",
    abstract: "Check that everything stored can be read back.",
    discussion: """
      Reads every byte of every pack, decodes and hashes every object, and follows every ref. Changes nothing. Exit code 1 \
      if there is damage.

      With --repair the index is built anew from the packs: broken copies of an object give way to good ones, and a lost \
      database comes back with its branches and the operation log. Nothing is deleted.

      Examples:
        wgit fsck --json
        wgit fsck --repair
      """)

  @Flag(help: "First build the index anew from the packs.")
  var repair = false

  @OptionGroup var output: JSONOption

  func run() throws {
    if repair { try rebuild() }
    let repository = try Environment.openRepository()
    let progress = ProgressLine(isQuiet: output.json)
    let findings = try repository.checkIntegrity { progress.update("checking that \($0.summary)") }
    progress.clear()
    let damage = findings.filter { $0.severity == .damage }
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
      ])
    } else {
      for finding in findings {
        let style: Style = finding.severity == .damage ? .red : .yellow
        Terminal.print(
          "\(style(finding.severity.rawValue)): \(Terminal.escape(finding.subject)): \(Terminal.escape(finding.message))"
        )
      }
      Terminal.print(
        damage.isEmpty ? "The repository is sound" : "Damage found: \(Format.count(damage.count, "place"))")
    }
    if !damage.isEmpty { throw ExitCode(ExitStatus.negative.rawValue) }
  }

  private func rebuild() throws {
    let outcome = try Repository.repair(
      containing: ".", settings: Environment.settings(Configuration.userOnly()))
    Terminal.message(
      "Indexed \(Format.count(outcome.objectCount, "object")) of \(Format.count(outcome.packCount, "pack"))"
        + (outcome.restoredRefs ? "; branches restored from the operation log" : ""))
    for fault in outcome.faults { Terminal.message("lost: \(Terminal.escape(fault))") }
  }
}
