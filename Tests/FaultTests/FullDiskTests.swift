import Foundation
import Testing

/// A disk that really is full, a little later each time.
@Suite(
  .enabled(if: geteuid() == 0 && Mount.isPossible, "needs root, to mount a tmpfs"), .serialized)
struct FullDiskTests {
  @Test(arguments: [Scenario.Name.add, .commit, .merge])
  func aFullDiskChangesNothing(_ name: Scenario.Name) throws {
    let scenario = try Scenario.named(name)
    let scratch = try Scratch()
    let steps = StorageFaults.triesEveryPoint ? Array(0..<128) : [0, 12, 40]
    var refused = 0
    for step in steps {
      let mount = try Mount(memory: 64 << 20, below: scratch.folder)
      let project = try Project(copying: scenario.prepared, to: mount.folder)
      try fill(mount.folder, leaving: step * 4096)
      let outside = try Scratch()
      let output = try run(scenario.command, in: project, notes: outside)
      let fault: Comment = "\(step * 4096) bytes free: \(output.errors)"
      #expect(!output.wasKilled, fault)
      #expect(project.temporaryFiles == [], fault)
      // Read where there is space: SQLite needs some even to read.
      let copy = try Project(copying: project)
      #expect(try copy.wgit("fsck").status == 0, fault)
      let state = try Scenario.state(of: copy)
      if output.status == 0 {
        #expect(state == scenario.after, fault)
      } else {
        refused += 1
        #expect(output.status == 74, fault)
        #expect(state == scenario.before, fault)
      }
      let collection = try run(["gc"], in: project, notes: outside)
      #expect(collection.status == 0 || (collection.status == 74 && step < 40), "\(fault) gc: \(collection.errors)")
      #expect(try Project(copying: project).wgit("fsck").status == 0, fault)
    }
    Figures.note("full tmpfs, \(name): \(steps.count) steps of 4 KiB, \(refused) refused with 74, none changed")
  }

  /// The output goes elsewhere: it would not fit.
  private func run(_ command: [String], in project: Project, notes: Scratch) throws -> Project.Output {
    let process = try project.start(command)
    let url = notes.folder.appending(path: UUID().uuidString)
    _ = FileManager.default.createFile(atPath: url.path, contents: nil)
    process.standardError = try FileHandle(forWritingTo: url)
    try process.run()
    process.waitUntilExit()
    return Project.Output(
      status: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal, text: "",
      errors: try String(contentsOf: url, encoding: .utf8))
  }

  /// Fills the file system until `byteCount` bytes are left.
  private func fill(_ folder: URL, leaving byteCount: Int) throws {
    var status = statvfs()
    try #require(statvfs(folder.path, &status) == 0)
    let free = Int(status.f_bavail) * Int(status.f_frsize)
    try Data(count: max(0, free - byteCount)).write(to: folder.appending(path: "ballast"))
  }
}
