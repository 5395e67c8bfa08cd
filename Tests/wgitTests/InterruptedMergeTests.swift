import Foundation
import Testing

/// Ctrl-C during a merge: the branch and the files are those from before, or those from after, and nothing is to tidy up.
struct InterruptedMergeTests {
  private static let elementCount = 600_000

  private static func model(_ seed: UInt64) -> [UInt8] {
    var state = seed
    let values = (0..<elementCount).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-31
    }
    return Safetensors.file([("w", [elementCount], values)])
  }

  @Test func theBranchIsAsItWasOrMoved() throws {
    let runner = try CommandRunner()
    try runner.wgit("init", "-q")
    for (branch, seed) in [("main", 1), ("left", 2), ("right", 3)] {
      if branch != "main" { try runner.wgit("switch", "-qc", branch, "main") }
      try runner.write(Self.model(UInt64(seed)), to: "model.safetensors")
      try runner.wgit("add", ".")
      #expect(try runner.wgit("commit", "-qm", branch).status == 0)
    }
    let before = try runner.wgit("show", "--json").standardOutput
    let bytes = try runner.read("model.safetensors")
    let output = runner.folder.appendingPathComponent("out")
    for milliseconds in [0, 5, 15, 30, 60, 120, 240] {
      let process = try runner.start(
        CommandRunner.program, ["merge", "-q", "-s", "ties:density=0.5", "left"], output: output, error: output)
      Thread.sleep(forTimeInterval: Double(milliseconds) / 1000)
      process.interrupt()
      process.waitUntilExit()
      #expect(try runner.wgit("fsck").status == 0)
      if try runner.wgit("show", "--json").standardOutput != before {
        #expect(try runner.wgit("undo").status == 0)
      }
      #expect(try runner.wgit("show", "--json").standardOutput == before)
      // Half a checkout can be done again, or given up.
      if try !runner.wgit("status").standardOutput.contains("working folder clean") {
        #expect(try runner.wgit("restore", "-q", ".").status == 0)
      }
      #expect(try runner.read("model.safetensors") == bytes)
    }
    #expect(try runner.wgit("merge", "-q", "-s", "ties:density=0.5", "left").status == 0)
    #expect(try runner.wgit("replay").status == 0)
  }
}
