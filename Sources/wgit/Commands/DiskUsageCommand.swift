import ArgumentParser
import Documents
import WeightStore

struct DiskUsageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "du",
    abstract: "Show what takes the space: by branch, by commit, by tensor.",
    discussion: """
      All sizes are as stored. 'own' is what only this branch needs: about what deleting it and collecting frees.

      Examples:
        wgit du
        wgit du --tensors -n 10
        wgit du --commits --json
      """)

  @Flag(help: "By commit: what came with it.")
  var commits = false

  @Flag(help: "By tensor: all its versions together.")
  var tensors = false

  @Option(name: [.customShort("n"), .customLong("max-count")], help: "At most so many rows.")
  var maximumCount = 50

  @OptionGroup var output: JSONOption

  func validate() throws {
    if maximumCount < 0 { throw ValidationError("-n must not be negative.") }
  }

  func run() throws {
    let usage = try Environment.openRepository().diskUsage()
    if output.json {
      output.print(DiskUsageCommand.json(usage))
      return
    }
    if commits {
      printCommits(usage)
    } else if tensors {
      printTensors(usage)
    } else {
      printBranches(usage)
    }
    let trash = usage.trashByteCount > 0 ? ", \(Format.bytes(usage.trashByteCount)) in the trash" : ""
    Terminal.print(
      "\(Format.count(usage.objectCount, "object")), \(Format.bytes(usage.packByteCount)) in packs\(trash)")
  }

  private func printBranches(_ usage: DiskUsage) {
    var table = TextTable(["branch", "stored", "own"], [.left, .right, .right])
    for branch in usage.branches.sorted(by: { $0.byteCount > $1.byteCount }).prefix(maximumCount) {
      table.add([Terminal.escape(branch.name), Format.bytes(branch.byteCount), Format.bytes(branch.ownByteCount)])
    }
    table.print()
  }

  private func printCommits(_ usage: DiskUsage) {
    var table = TextTable(["commit", "stored", "subject"], [.left, .right, .left])
    for commit in usage.commits.reversed().prefix(maximumCount) {
      table.add([commit.id.short, Format.bytes(commit.byteCount), Terminal.escape(commit.subject)])
    }
    table.print()
  }

  private func printTensors(_ usage: DiskUsage) {
    var table = TextTable(["tensor", "versions", "stored", "raw", "ratio"], [.left, .right, .right, .right, .right])
    for tensor in usage.tensors.prefix(maximumCount) {
      let ratio = tensor.rawByteCount == 0 ? 0 : Double(tensor.byteCount) / Double(tensor.rawByteCount)
      table.add([
        Terminal.escape("\(tensor.path):\(tensor.name)"), "\(tensor.versionCount)", Format.bytes(tensor.byteCount),
        Format.bytes(tensor.rawByteCount), Format.decimal(ratio, places: 3),
      ])
    }
    table.print()
  }

  private static func json(_ usage: DiskUsage) -> JSONValue {
    [
      "objects": .integer(Int64(usage.objectCount)),
      "packBytes": .integer(Int64(usage.packByteCount)),
      "trashBytes": .integer(Int64(usage.trashByteCount)),
      "branches": .array(
        usage.branches.map {
          [
            "name": .string($0.name), "bytes": .integer(Int64($0.byteCount)),
            "ownBytes": .integer(Int64($0.ownByteCount)),
          ]
        }),
      "commits": .array(
        usage.commits.map {
          ["id": .string($0.id.hex), "subject": .string($0.subject), "bytes": .integer(Int64($0.byteCount))]
        }),
      "tensors": .array(
        usage.tensors.map {
          [
            "path": .string($0.path.text), "name": .string($0.name), "versions": .integer(Int64($0.versionCount)),
            "bytes": .integer(Int64($0.byteCount)), "rawBytes": .integer(Int64($0.rawByteCount)),
          ]
        }),
    ]
  }
}
