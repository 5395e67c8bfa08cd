import Foundation
import Testing

/// The power fails. What the file system had not sent to its disk yet is lost: the disk is an image, whose journal is
/// committed only every 300 s unless somebody asks for it, and whose copy is what the machine finds when it comes back.
@Suite(
  .enabled(if: StorageFaults.triesEveryPoint, StorageFaults.longReason),
  .enabled(if: Mount.isPossible, "needs root, loop devices and mkfs.ext4"),
  .enabled(if: StorageFaults.isAvailable, StorageFaults.skipReason))
struct PowerCutTests {
  private static let options = "loop,noauto_da_alloc,commit=300"

  @Test(arguments: [Scenario.Name.add, .commit, .switch, .merge, .undo])
  func whatWasAcknowledgedIsKept(_ name: Scenario.Name) throws {
    let scenario = try Scenario.named(name)
    for _ in 0..<5 {
      try cut(scenario, environment: [:]) { output, state in
        #expect(output.status == 0)
        #expect(state == scenario.after, "acknowledged, but lost")
      }
    }
    Figures.note("power cut after exit 0, \(name): 5 of 5 rounds run")
  }

  /// Every storage call, so also before and after every fsync.
  @Test(arguments: [Scenario.Name.commit, .merge, .gc])
  func itIsBeforeOrAfterAtEveryStorageCall(_ name: Scenario.Name) throws {
    let scenario = try Scenario.named(name)
    var kept = 0
    for point in 1...scenario.callCount {
      try cut(scenario, environment: StorageFaults.environment(.kill, point: point)) { _, state in
        #expect(state == scenario.before || state == scenario.after, "cut at call \(point)")
        if state == scenario.after { kept += 1 }
      }
    }
    Figures.note("power cut at each of \(scenario.callCount) storage calls, \(name): \(kept) after, rest before")
  }

  private func cut(
    _ scenario: Scenario, environment: [String: String], check: (Project.Output, Scenario.State) throws -> Void
  ) throws {
    let scratch = try Scratch()
    let image = try scratch.image(named: "live", megabytes: 24)
    try Mount.run("mkfs.ext4", "-q", "-F", image.path)
    let live = try Mount(image, options: PowerCutTests.options)
    let project = try Project(copying: scenario.prepared, to: live.folder.appending(path: "home"))
    // What stood before is on the disk.
    try Mount.run("sync", "-f", live.folder.path)
    let output = try project.wgit(scenario.command, environment: environment)
    let after = scratch.folder.appending(path: "after")
    try Mount.run("cp", "--sparse=always", image.path, after.path)
    let disk = try Mount(after, options: "loop")
    let found = try Project(at: disk.folder.appending(path: "home"))
    let fsck = try found.wgit("fsck")
    #expect(fsck.status == 0, "\(fsck.text)\(fsck.errors)")
    try check(output, Scenario.state(of: found))
  }
}
