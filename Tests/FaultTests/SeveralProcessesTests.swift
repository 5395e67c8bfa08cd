import Foundation
import Testing

/// Writers that work at the same time, and writers that die with the lock in their hands.
struct SeveralProcessesTests {
  @Test func everyAcknowledgedCommitIsReachable() throws {
    let project = try Project()
    #expect(try project.wgit("init").status == 0)
    let acknowledged = Results()
    DispatchQueue.concurrentPerform(iterations: 4) { writer in
      for number in 0..<10 {
        guard let output = try? project.wgit("commit", "--allow-empty", "-q", "-m", "writer \(writer), \(number)")
        else {
          continue
        }
        acknowledged.append(output)
      }
    }
    let outputs = acknowledged.all
    #expect(outputs.count == 40)
    #expect(outputs.allSatisfy { $0.status == 0 || $0.status == 75 })
    let log = try project.wgit("log", "--json").text
    for output in outputs where output.status == 0 {
      let id = output.text.trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(id.count == 64 && log.contains(id))
    }
    #expect(try project.wgit("fsck").status == 0)
  }

  @Test(.enabled(if: StorageFaults.isAvailable, StorageFaults.skipReason))
  func theLockOfADeadWriterIsFree() throws {
    let scenario = try Scenario.named(.add)
    for point in StorageFaults.points(of: scenario.callCount, atMost: 3) {
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
      #expect(ContinuousClock.now - start < .seconds(1))
      #expect(project.temporaryFiles == [])
    }
  }
}

private final class Results: @unchecked Sendable {
  // Sendable: the lock guards the array.
  private let lock = NSLock()
  private var outputs: [Project.Output] = []

  func append(_ output: Project.Output) { lock.withLock { outputs.append(output) } }
  var all: [Project.Output] { lock.withLock { outputs } }
}
