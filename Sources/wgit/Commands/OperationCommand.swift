import ArgumentParser
import Documents
import WeightStore

struct OperationCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "op",
    abstract: "Look at the operation log: every change of a branch, newest first.",
    discussion: """
      Examples:
        wgit op
        wgit op log -n 5 --json
        wgit op restore 12
      """,
    subcommands: [OperationLogCommand.self, OperationRestoreCommand.self], defaultSubcommand: OperationLogCommand.self)
}

struct OperationLogCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log",
    abstract: "List operations.",
    discussion: """
      Example:
        wgit op log -n 5
      """)

  @Option(name: [.customShort("n"), .customLong("max-count")], help: "At most so many operations.")
  var maximumCount = 50

  @OptionGroup var output: JSONOption

  func validate() throws {
    if maximumCount < 0 { throw ValidationError("-n must not be negative.") }
  }

  func run() throws {
    let repository = try Environment.openRepository()
    let operations = try repository.operations(limit: maximumCount)
    if output.json {
      output.print(.array(operations.map { OperationLogCommand.json($0.number, $0.operation) }))
      return
    }
    for (number, operation) in operations {
      let date = Format.date(unixSeconds: operation.unixSeconds, zoneMinutes: Environment.now.zoneMinutes)
      Terminal.print("\(Style.yellow("#\(number)"))  \(date)  \(Terminal.escape(operation.description))")
      for change in operation.refChanges {
        let name = change.name.branchName ?? change.name.text
        Terminal.print(
          "    \(Terminal.escape(name)): \(change.before?.short ?? "(none)") -> \(change.after?.short ?? "(none)")")
      }
    }
  }

  private static func json(_ number: Int64, _ operation: WeightStore.Operation) -> JSONValue {
    var members: JSONObject = ["number": .integer(number), "id": .string(operation.id.hex)]
    for member in operation.fields.members { _ = members.append(member.key, member.value) }
    return .object(members)
  }
}
