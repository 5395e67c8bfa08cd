import Foundation
import Testing

/// `wgit merge --output` where the system sets limits. What it prints otherwise: Transcripts/merge-output.transcript.
struct MergeOutputCommandTests {
  /// A file that may not become as large as it must is an error like a full disk: nothing is left, and nothing is killed.
  @Test func aLimitOnTheSizeOfFilesIsAnError() throws {
    let runner = try CommandRunner()
    for (name, value) in [("a", Float(1)), ("b", 3)] {
      let values = [Float](repeating: value, count: 20_000)
      try runner.write(Safetensors.file([("w", [20_000], values)]), to: "\(name).safetensors")
    }
    let merge = ["merge", "--output", "out", "--strategy", "ratatouille", "a.safetensors", "b.safetensors"]
    let limited = try runner.run(
      URL(fileURLWithPath: "/bin/sh"), ["-c", "ulimit -f 16; exec \"$0\" \"$@\"", CommandRunner.program.path] + merge)
    #expect(limited.status == 74)
    #expect(limited.standardError.hasPrefix("error: cannot set aside "), "\(limited.standardError)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: runner.project.path).sorted() == [
        "a.safetensors", "b.safetensors",
      ])
    #expect(try runner.run(CommandRunner.program, merge).status == 0)
  }
}
