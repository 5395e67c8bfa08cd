import Testing

/// A process that dies at a storage call leaves the state before or after, and nothing to tidy up by hand.
@Suite(.enabled(if: StorageFaults.isAvailable, StorageFaults.skipReason))
struct CrashTests {
  @Test(arguments: Scenario.Name.allCases)
  func killedBeforeAStorageCall(_ name: Scenario.Name) throws {
    try crash(.kill, Scenario.named(name), sample: 10)
  }

  @Test(arguments: Scenario.Name.allCases)
  func killedWithinOrAfterAStorageCall(_ name: Scenario.Name) throws {
    try crash(.torn, Scenario.named(name), sample: 6)
  }

  private func crash(_ kind: StorageFaults.Kind, _ scenario: Scenario, sample: Int) throws {
    for point in StorageFaults.points(of: scenario.callCount, atMost: sample) {
      let project = try Project(copying: scenario.prepared)
      let output = try project.wgit(scenario.command, environment: StorageFaults.environment(kind, point: point))
      #expect(output.wasKilled, "\(kind) at call \(point) of \(scenario.callCount)")
      try scenario.checkRecovery(of: project, "\(kind) at call \(point) of \(scenario.callCount)")
    }
  }
}
