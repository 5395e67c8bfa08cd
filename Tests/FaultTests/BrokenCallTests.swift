import Testing

/// Storage calls that fail are reported, not survived by luck.
@Suite(.enabled(if: StorageFaults.isAvailable, StorageFaults.skipReason))
struct BrokenCallTests {
  @Test(arguments: Scenario.Name.allCases)
  func aFullDiskChangesNothing(_ name: Scenario.Name) throws {
    let scenario = try Scenario.named(name)
    for point in StorageFaults.points(of: scenario.callCount, atMost: 6) {
      let project = try Project(copying: scenario.prepared)
      let output = try project.wgit(scenario.command, environment: StorageFaults.environment(.full, point: point))
      let fault: Comment = "full from call \(point) of \(scenario.callCount): \(output.errors)"
      #expect(project.temporaryFiles == [], fault)
      let state = try Scenario.state(of: project)
      // Late calls only tidy the database: the command is done by then.
      if output.status == 0 {
        #expect(state == scenario.after, fault)
      } else {
        #expect(output.status == 74, fault)
        #expect(state == scenario.before, fault)
      }
      try scenario.checkRecovery(of: project, fault)
    }
  }

  @Test(arguments: Scenario.Name.allCases)
  func anErrorIsNeverAcknowledged(_ name: Scenario.Name) throws {
    let scenario = try Scenario.named(name)
    for point in StorageFaults.points(of: scenario.callCount, atMost: 6) {
      let project = try Project(copying: scenario.prepared)
      let output = try project.wgit(scenario.command, environment: StorageFaults.environment(.broken, point: point))
      let fault: Comment = "error at call \(point) of \(scenario.callCount): \(output.errors)"
      if output.status == 0 {
        #expect(try Scenario.state(of: project) == scenario.after, fault)
      } else {
        #expect(output.status == 74, fault)
        // It happened, and nobody could know: then the message says how to find out.
        let isDone = try !name.changesNothingToSee && Scenario.state(of: project) == scenario.after
        #expect(!isDone || output.errors.contains("wgit op log"), fault)
      }
      try scenario.checkRecovery(of: project, fault)
    }
  }

  @Test(arguments: Scenario.Name.allCases)
  func interruptedAndShortCallsMakeNoDifference(_ name: Scenario.Name) throws {
    let scenario = try Scenario.named(name)
    for kind in [StorageFaults.Kind.interrupt, .short] {
      let project = try Project(copying: scenario.prepared)
      let output = try project.wgit(scenario.command, environment: StorageFaults.environment(kind))
      #expect(output.status == 0, "\(kind): \(output.errors)")
      #expect(try Scenario.state(of: project) == scenario.after, "\(kind)")
      #expect(try project.workingFiles() == scenario.filesAfter, "\(kind)")
      #expect(try project.wgit("fsck").text.contains("sound"), "\(kind)")
    }
  }
}
