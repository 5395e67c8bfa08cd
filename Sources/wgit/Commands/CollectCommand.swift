import ArgumentParser
import Documents
import WeightStore

/// When old things may go.
struct RetentionOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Operations of the last so many days can still be undone.", valueName: "days"))
  var keepUndo = 30

  @Option(help: ArgumentHelp("The trash keeps packs for so many days.", valueName: "days"))
  var grace = 14

  static let secondsPerDay: Int64 = 86_400

  func validate() throws {
    guard (0...100_000).contains(keepUndo), (0...100_000).contains(grace) else {
      throw ValidationError("Days must lie between 0 and 100000.")
    }
  }

  func run(everything: Bool) throws -> Repository.CollectionOutcome {
    let line = ProgressLine(isQuiet: false)
    let outcome = try Environment.openRepository().collectGarbage(
      graceSeconds: Int64(grace) * Self.secondsPerDay, undoSeconds: Int64(keepUndo) * Self.secondsPerDay,
      everything: everything, progress: { line.update("packing \(Format.bytes($0))") })
    line.clear()
    return outcome
  }
}

struct GarbageCollectionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc",
    abstract: "Take away what no branch, no stage and no recent operation needs.",
    discussion: """
      Packs that hold garbage are written anew without it; the old ones wait in the trash for the grace time. Nothing that \
      a branch, a tag, the stage or an undoable operation needs is touched.

      Examples:
        wgit gc
        wgit gc --keep-undo 0 --grace 0     (at once; deleted branches cannot be brought back)
      """)

  @OptionGroup var retention: RetentionOptions
  @OptionGroup var output: JSONOption

  func run() throws { CollectionReport.print(try retention.run(everything: false), json: output) }
}

struct RepackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repack",
    abstract: "Put all objects into one pack.",
    discussion: """
      Every object is read, verified and copied. Garbage is left behind, as with 'wgit gc'.

      Example:
        wgit repack
      """)

  @OptionGroup var retention: RetentionOptions
  @OptionGroup var output: JSONOption

  func run() throws { CollectionReport.print(try retention.run(everything: true), json: output) }
}

/// What a collection did.
enum CollectionReport {
  static func print(_ outcome: Repository.CollectionOutcome, json: JSONOption) {
    guard !json.json else {
      json.print([
        "packsBefore": .integer(Int64(outcome.packCountBefore)), "packsAfter": .integer(Int64(outcome.packCountAfter)),
        "bytesBefore": .integer(Int64(outcome.packByteCountBefore)),
        "bytesAfter": .integer(Int64(outcome.packByteCountAfter)),
        "objectsRemoved": .integer(Int64(outcome.removedObjectCount)),
        "bytesTrashed": .integer(Int64(outcome.trashedByteCount)),
        "bytesFreed": .integer(Int64(outcome.freedByteCount)),
      ])
      return
    }
    Terminal.print(
      "\(Format.count(outcome.packCountBefore, "pack")), \(Format.bytes(outcome.packByteCountBefore)) -> "
        + "\(Format.count(outcome.packCountAfter, "pack")), \(Format.bytes(outcome.packByteCountAfter)); "
        + "\(Format.count(outcome.removedObjectCount, "object")) removed")
    Terminal.print(
      "\(Format.bytes(outcome.trashedByteCount)) moved to the trash, \(Format.bytes(outcome.freedByteCount)) freed")
  }
}
