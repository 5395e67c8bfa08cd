import Foundation
import Testing

/// Writers that work at the same time, and writers that die with the lock in their hands.
struct SeveralProcessesTests {
  @Test func everyAcknowledgedCommitIsReachable() throws {
    let project = try Project()
    #expect(try project.wgit("init").status == 0)
    #expect(try project.wgit("commit", "--allow-empty", "-q", "-m", "first").status == 0)
    let acknowledged = Results()
    let readings = Results()
    let (writers, commits) = StorageFaults.triesEveryPoint ? (16, 50) : (4, 5)
    DispatchQueue.concurrentPerform(iterations: writers) { writer in
      for number in 0..<commits {
        // Readers in between: nobody may see half a commit.
        if number.isMultiple(of: 5), let output = try? project.wgit(writer.isMultiple(of: 2) ? "log" : "fsck") {
          readings.append(output)
        }
        guard let output = try? project.wgit("commit", "--allow-empty", "-q", "-m", "writer \(writer), \(number)")
        else {
          continue
        }
        acknowledged.append(output)
      }
    }
    let outputs = acknowledged.all
    #expect(outputs.count == writers * commits)
    #expect(!readings.all.isEmpty && readings.all.allSatisfy { $0.status == 0 }, "\(readings.all.map(\.errors))")
    #expect(outputs.allSatisfy { $0.status == 0 || $0.status == 75 })
    let log = try project.wgit("log", "--json").text
    Figures.note(
      "\(writers) writers x \(commits): \(outputs.count { $0.status == 0 }) commits, "
        + "\(outputs.count { $0.status == 75 }) refused, \(readings.all.count) readings")
    for output in outputs where output.status == 0 {
      let id = output.text.trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(id.count == 64 && log.contains(id))
    }
    #expect(try project.wgit("fsck").status == 0)
  }

  /// Garbage is made and collected at the same time.
  @Test func collectingBesideCommitsLosesNothing() throws {
    let project = try Project()
    #expect(try project.wgit("init").status == 0)
    let rounds = StorageFaults.triesEveryPoint ? 200 : 10
    let committed = Results()
    let collected = Results()
    DispatchQueue.concurrentPerform(iterations: 2) { side in
      for round in 0..<rounds {
        if side == 0 {
          // Content comes back every third round: a chunk that is just being swept away is wanted again.
          let bytes = checkpoint([("body", 3000, UInt64(round % 3 + 1)), ("head", 10, UInt64(round + 10))])
          try? project.write(bytes, to: "model.safetensors")
          _ = try? project.wgit("add", "model.safetensors")
          if let output = try? project.wgit("commit", "-q", "-m", "round \(round)") { committed.append(output) }
          if round.isMultiple(of: 2) { _ = try? project.wgit("undo") }
        } else if let output = try? project.wgit("gc", "--keep-undo", "0", "--grace", "0") {
          collected.append(output)
        }
      }
    }
    #expect(committed.all.count == rounds && committed.all.allSatisfy { [0, 75].contains($0.status) })
    #expect(collected.all.count == rounds && collected.all.allSatisfy { [0, 75].contains($0.status) })
    let check = try project.wgit("fsck")
    #expect(check.status == 0, "\(check.text)")
    Figures.note("gc beside commits: \(rounds) rounds, fsck exit \(check.status)")
  }

  @Test(.enabled(if: StorageFaults.isAvailable, StorageFaults.skipReason))
  func theLockOfADeadWriterIsFree() throws {
    let scenario = try Scenario.named(.add)
    var longest = Duration.zero
    let rounds = StorageFaults.triesEveryPoint ? 200 : 3
    for round in 0..<rounds {
      let point = 1 + round * (scenario.callCount - 1) / (rounds - 1)
      let project = try Project(copying: scenario.prepared)
      let log = project.folder.appending(path: "calls").path
      let writer = try project.start(
        scenario.command, environment: StorageFaults.environment(.pause, point: point, log: log))
      try writer.run()
      while (try? String(contentsOfFile: log, encoding: .utf8).contains("\n\(point) ")) != true, point > 1 {
        usleep(1000)
      }
      kill(writer.processIdentifier, SIGKILL)
      writer.waitUntilExit()
      let start = ContinuousClock.now
      #expect(try project.wgit(scenario.command).status == 0)
      let waited = ContinuousClock.now - start
      longest = max(longest, waited)
      #expect(waited < .seconds(1))
      #expect(project.temporaryFiles == [])
    }
    Figures.note("dead lock holders: \(rounds), longest next command \(longest)")
  }
}

private final class Results: @unchecked Sendable {
  // Sendable: the lock guards the array.
  private let lock = NSLock()
  private var outputs: [Project.Output] = []

  func append(_ output: Project.Output) { lock.withLock { outputs.append(output) } }
  var all: [Project.Output] { lock.withLock { outputs } }
}
