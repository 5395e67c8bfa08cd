import Foundation
import Testing

/// The example's PyTorch script keeps the contract with other trainers.
struct ExamplePyTorchTests {
  /// `WGIT_PYTHON`, else the first python3 on the path.
  private static let python = ProcessInfo.processInfo.environment["WGIT_PYTHON"] ?? "/usr/bin/python3"

  private static let hasPyTorch: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = ["-c", "import numpy, safetensors.torch, torch"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  @Test(.enabled(if: hasPyTorch, "PyTorch is not installed for python3 (WGIT_PYTHON names another)"))
  func theScriptTrainsAndIsCommitted() throws {
    let project = try BlockProject()
    for (name, file) in [("images", "train-images-idx3-ubyte"), ("labels", "train-labels-idx1-ubyte")] {
      try FileManager.default.copyItem(
        at: project.runner.data.appendingPathComponent("blocks-\(name)"),
        to: project.runner.data.appendingPathComponent(file))
    }
    let script = Snapshot.sourceTree.appendingPathComponent(".wgit-example/train.py").path
    let output = try project.runner.run(
      CommandRunner.program,
      ["finetune", "main", "-b", "torch", "--exec", "'\(Self.python)' '\(script)'", "--steps", "150", "--lr", "0.01"])
    #expect(output.status == 0, "\(output.standardError)")
    let details = (try project.show("torch")["recipe"] as? [String: Any])?["details"] as? [String: Any]
    #expect(details?["stepCount"] as? Int == 150)
    let metrics = details?["metrics"] as? [String: Any]
    #expect(try #require(metrics?["validationAccuracy"] as? Double) > 0.9)
    // wgit's own evaluation of what PyTorch has trained.
    #expect(try project.runner.wgit("test", "torch").status == 0)
  }
}
