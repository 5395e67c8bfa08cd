import Checkpoints
import Foundation
import Tensors
import Testing

/// docs/format.md says what wgit writes, and is enough to read it back.
struct FormatTests {
  /// The repository of the examples.
  private static func exampleRepository() throws -> CommandRunner {
    let runner = try CommandRunner()
    try runner.write(Safetensors.file([("w", [2], [1, 2])]), to: "model.safetensors")
    try runner.write("hello\n", to: "notes.txt")
    for arguments in [["init", "-q"], ["add", "."], ["commit", "-qm", "First"]] {
      #expect(try runner.run(CommandRunner.program, arguments).status == 0)
    }
    return runner
  }

  @Test func everyExampleIsWhatWgitStores() throws {
    let runner = try FormatTests.exampleRepository()
    let page = Snapshot.sourceTree.appendingPathComponent("docs/format.md")
    let lines = try String(contentsOf: page, encoding: .utf8).split(
      separator: "\n", omittingEmptySubsequences: false)
    var exampleCount = 0
    for (index, line) in lines.enumerated() where line == "```json" {
      let introduction = lines[index - 2]
      let id = String(introduction.dropFirst().prefix(64))
      let stored = try runner.wgit("cat-object", id)
      #expect(stored.status == 0, "the example \(introduction) is not stored: \(stored.standardError)")
      #expect(stored.standardOutput == lines[index + 1])
      exampleCount += 1
    }
    #expect(exampleCount == 5)
  }

  /// The table of section 2 and the program name the same kinds.
  @Test func everyKindOfTheExamplesIsNamed() throws {
    let runner = try FormatTests.exampleRepository()
    #expect(try runner.wgit("cat-object", "--kind", "HEAD").standardOutput == "commit\n")
    #expect(try runner.wgit("cat-object", "--kind", "fc55663fdb").standardOutput == "tree\n")
    #expect(try runner.wgit("cat-object", "--kind", "22e04a6c06").standardOutput == "operation\n")
  }

  private static let python = URL(fileURLWithPath: "/usr/bin/python3")

  @Test(.enabled("python3 is not installed") { FileManager.default.isExecutableFile(atPath: python.path) })
  func anIndependentReaderGetsEveryFileBack() throws {
    let runner = try CommandRunner()
    // More than one chunk, constant and noisy planes, text that compresses, an empty file, an executable.
    let wave = (0..<400_000).map { Float(sin(Double($0))) }
    let model = Safetensors.file([
      ("wave", [400, 1000], wave), ("zeros", [300], Array(repeating: 0, count: 300)), ("none", [0], []),
    ])
    let text = String(repeating: "the same line again\n", count: 100_000)
    try runner.wgit("init", "-q")
    try runner.write(model, to: "deep/er/model.safetensors")
    // A cast, which is stored as such.
    let half =
      try SafetensorsWriter.headerBytes(
        tensors: [SafetensorsWriter.Tensor(name: "wave", dtype: .bf16, shape: Shape([400, 1000]))])
      + FloatConversion.bytes(wave, as: .bf16)
    try runner.write(half, to: "half.safetensors")
    try runner.write(text, to: "notes.txt")
    try runner.write("", to: "empty.txt")
    try runner.write("#!/bin/sh\n", to: "run.sh")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: runner.project.appendingPathComponent("run.sh").path)
    try runner.wgit("add", ".")
    let first = try runner.wgit("commit", "-qm", "First").standardOutput.trimmingCharacters(in: .newlines)
    try runner.write(Safetensors.file([("wave", [3], [1, 2, 3])]), to: "deep/er/model.safetensors")
    try runner.wgit("commit", "-qam", "Second")
    try runner.wgit("branch", "side", "main~1")

    let output = runner.folder.appendingPathComponent("read")
    let reader = Snapshot.sourceTree.appendingPathComponent("Tests/Reader/read_repository.py")
    let result = try runner.run(FormatTests.python, [reader.path, runner.project.path, first, output.path])
    #expect(result.status == 0, "\(result.standardError)")
    #expect(result.standardOutput.contains("deep/er/model.safetensors wave F32 [400, 1000] [0.0, 0.8414"))
    #expect(result.standardOutput.contains("deep/er/model.safetensors none F32 [0] []"))
    #expect(result.standardOutput.contains("half.safetensors wave BF16 [400, 1000] [0.0, 0.839"))
    let cast = try Data(contentsOf: output.appendingPathComponent("half.safetensors"))
    #expect(Array(cast) == half)
    let rebuilt = try Data(contentsOf: output.appendingPathComponent("deep/er/model.safetensors"))
    #expect(Array(rebuilt) == model)
    #expect(try String(contentsOf: output.appendingPathComponent("notes.txt"), encoding: .utf8) == text)
    #expect(try Data(contentsOf: output.appendingPathComponent("empty.txt")).isEmpty)
    #expect(FileManager.default.isExecutableFile(atPath: output.appendingPathComponent("run.sh").path))
    let byRef = try runner.run(
      FormatTests.python, [reader.path, runner.project.path, "refs/heads/main", output.path + "2"])
    #expect(byRef.standardOutput.contains("wave F32 [3] [1.0, 2.0, 3.0]"))
  }

  @Test(.enabled("python3 is not installed") { FileManager.default.isExecutableFile(atPath: python.path) })
  func anIndependentReaderSeesAFlippedBit() throws {
    let runner = try FormatTests.exampleRepository()
    let packs = runner.project.appendingPathComponent(".wgit/packs")
    let reader = Snapshot.sourceTree.appendingPathComponent("Tests/Reader/read_repository.py")
    for name in try FileManager.default.contentsOfDirectory(atPath: packs.path) {
      let url = packs.appendingPathComponent(name)
      let whole = try Data(contentsOf: url)
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: url.path)
      for position in stride(from: 0, to: whole.count, by: 97) {
        var damaged = whole
        damaged[position] ^= 1
        try damaged.write(to: url)
        let result = try runner.run(
          FormatTests.python, [reader.path, runner.project.path, "refs/heads/main", runner.folder.path + "/read"])
        #expect(result.status == 1, "bit 0 of byte \(position) of \(name)")
      }
      try whole.write(to: url)
    }
  }
}
