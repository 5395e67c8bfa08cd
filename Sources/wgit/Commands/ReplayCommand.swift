import ArgumentParser
import Documents
import WeightStore

struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Execute a merge again and prove that it gives the same bytes.",
    discussion: """
      Everything that a merge depends on stands in its commit: ingredients, weights, base, parameters, seed. It is computed \
      again from them, and every byte is compared with what the commit holds. Files that a person settled are taken as \
      they are, and named.

      Exit codes: 1 if a byte differs.

      Examples:
        wgit replay
        wgit replay release~2 --json
      """)

  @OptionGroup var output: JSONOption

  @Argument(help: "A merge commit.", completion: Completion.revision)
  var revision = "HEAD"

  func run() throws {
    let repository = try Environment.openRepository()
    let id = try repository.resolve(revision)
    guard try repository.graph.commit(id).recipe.kind == .merge else {
      throw CommandError(.usage, "\(id.short) was not made by a merge", hint: "wgit show \(Terminal.escape(revision))")
    }
    let line = ProgressLine(isQuiet: output.json)
    let tally = NonFiniteTally()
    let replay = try repository.replay(id, strategies: { try MergeLanding.recipe($0, tally) }) { path, done, total in
      line.update("replaying \(path): \(Format.bytes(done)) of \(Format.bytes(total))")
    }
    line.clear()
    report(id, replay)
    if !replay.differingFiles.isEmpty { throw ExitCode(ExitStatus.negative.rawValue) }
  }

  private func report(_ id: ObjectID<Commit>, _ replay: Repository.Replay) {
    if output.json {
      return output.print([
        "commit": .string(id.hex), "identical": .bool(replay.differingFiles.isEmpty),
        "files": .integer(Int64(replay.fileCount)), "computedTensors": .integer(Int64(replay.computedTensorCount)),
        "differingFiles": .array(replay.differingFiles.map { .string($0.text) }),
        "differingTensors": .array(replay.differingTensors.map { .string($0) }),
        "byHand": .array(replay.filesMadeByHand.map { .string($0.text) }),
      ])
    }
    for path in replay.filesMadeByHand {
      Terminal.print("\(Terminal.escape(path.text)): settled by hand, not replayed")
    }
    guard !replay.differingFiles.isEmpty else {
      return Terminal.print(
        "\(id.short) is what its recipe says: \(Format.count(replay.computedTensorCount, "tensor")) computed again, "
          + "\(Format.count(replay.fileCount, "file")) identical")
    }
    for path in replay.differingFiles { Terminal.print("\(Terminal.escape(path.text)): differs") }
    for name in replay.differingTensors.prefix(20) { Terminal.print("  \(Terminal.escape(name))") }
    Terminal.print("\(id.short) is not what its recipe says")
  }
}
