import Foundation
import Testing

/// Networks that were trained apart are brought into one order of units before they are averaged.
struct AlignedMergeTests {
  private static let network = """
    {"format": "wgit-network", "version": 1, "input": [2], "head": "head", "layers": [
      {"name": "hidden", "type": "Linear", "in_features": 2, "out_features": 3}, {"type": "ReLU"},
      {"name": "head", "type": "Linear", "in_features": 3, "out_features": 2}]}
    """

  /// Rows of `hidden` in an order, and the columns of `head` with them: all compute the same.
  private static func model(_ order: [Int]) -> [UInt8] {
    let hidden: [[Float]] = [[1, 0], [0, 2], [3, 3]]
    let bias: [Float] = [0.5, 0.25, 0.125]
    let head: [[Float]] = [[1, 2, 3], [4, 5, 6]]
    return Safetensors.file([
      ("hidden.weight", [3, 2], order.flatMap { hidden[$0] }), ("hidden.bias", [3], order.map { bias[$0] }),
      ("head.weight", [2, 3], head.flatMap { row in order.map { row[$0] } }), ("head.bias", [2], [1, -1]),
    ])
  }

  private let runner: CommandRunner

  init() throws {
    runner = try CommandRunner()
    try runner.wgit("init", "-q")
    try runner.write(Self.network, to: "network.json")
    try runner.wgit("add", ".")
    try runner.wgit("commit", "-qm", "Network")
    for (branch, order) in [("one", [0, 1, 2]), ("two", [2, 0, 1]), ("three", [1, 0, 2])] {
      try runner.wgit("switch", "-qc", branch, "main")
      try runner.write(Self.model(order), to: "model.safetensors")
      try runner.wgit("add", ".")
      try runner.wgit("commit", "-qm", branch)
    }
  }

  private func merge(_ arguments: String...) throws -> CommandRunner.Output {
    try runner.run(CommandRunner.program, ["merge"] + arguments)
  }

  @Test func shuffledCopiesAverageToThemselves() throws {
    let plain = try merge("-s", "ratatouille", "one", "two")
    #expect(plain.status == 0)
    let models = [[0, 1, 2], [2, 0, 1], [1, 0, 2]].map(Self.model)
    let tensors = try Safetensors.tensors(runner.read("model.safetensors"))
    #expect(try !models.contains { try Safetensors.tensors($0) == tensors })
    try runner.wgit("undo")
    let output = try merge("-s", "ratatouille", "--align", "one", "two")
    #expect(output.status == 0, "\(output.standardError)")
    let aligned = try Safetensors.tensors(runner.read("model.safetensors"))
    #expect(try models.contains { try Safetensors.tensors($0) == aligned })
    #expect(try runner.wgit("replay").status == 0)
  }

  @Test func axesMayBeGivenInAFile() throws {
    try runner.write(
      """
      {"hidden.weight": ["p", null], "hidden.bias": ["p"], "head.weight": [null, "p"], "head.bias": [null]}
      """, to: "../axes.json")
    #expect(try merge("-qs", "weighted", "--align-by", "../axes.json", "one").status == 0)
    let aligned = try Safetensors.tensors(runner.read("model.safetensors"))
    #expect(try [[0, 1, 2], [1, 0, 2]].contains { try Safetensors.tensors(Self.model($0)) == aligned })
  }

  @Test func whatCannotBeAlignedIsRefused() throws {
    let based = try merge("-s", "ties", "--align", "one")
    #expect(based.status == 64)
    #expect(based.standardError.contains("changes from a base"))
    #expect(try merge("--align", "one").status == 64)
    try runner.write("{\"hidden.weight\": [\"p\"]}", to: "../axes.json")
    let wrong = try merge("-s", "ratatouille", "--align-by", "../axes.json", "one")
    #expect(wrong.status == 1)
    #expect(wrong.standardError.contains("axes in the specification"))
    try runner.write("[]", to: "../axes.json")
    #expect(try merge("-s", "ratatouille", "--align-by", "../axes.json", "one").status == 65)
    try runner.wgit("switch", "-qc", "bare", "one")
    try runner.wgit("restore", "-q", ".")
    try FileManager.default.removeItem(at: runner.current.appendingPathComponent("network.json"))
    try runner.wgit("commit", "-qam", "No network")
    let none = try merge("-s", "ratatouille", "--align", "two")
    #expect(none.status == 64)
    #expect(none.standardError.contains("--align-by"))
  }
}
