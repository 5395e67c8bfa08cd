import Foundation
import Testing

/// A project with a tiny data set: 8 x 8 images of three kinds that differ in which rows are bright, a network with one
/// hidden layer, and a repository whose first commit holds its untrained weights.
struct BlockProject {
  let runner: CommandRunner

  static let classCount = 3
  private static let side = 8
  private static let imageCount = 240

  /// - Parameter minimum: what the certificate asks for.
  init(minimum: Double = 0.6, maximumDrop: Double? = nil) throws {
    runner = try CommandRunner()
    try writeDataset(named: "blocks", relabelled: false)
    try writeDataset(named: "turned", relabelled: true)
    try runner.write(BlockProject.network, to: "network.json")
    try runner.write(BlockProject.description("blocks"), to: "data/blocks.yaml")
    try runner.write(BlockProject.description("turned"), to: "data/turned.yaml")
    for name in ["blocks", "turned"] { try runner.write(BlockProject.task(name), to: "tasks/\(name).yaml") }
    try runner.write(
      BlockProject.certificate(minimum: minimum, maximumDrop: maximumDrop), to: "certificates/held-out.yaml")
    for arguments in [["init", "-q"], ["network", "init", "network.json", "-q"], ["add", "."]] {
      #expect(try runner.run(CommandRunner.program, arguments).status == 0)
    }
    #expect(try runner.wgit("commit", "-qm", "Untrained network").status == 0)
  }

  /// Fine-tunes on a branch and gives the id of the commit.
  @discardableResult
  func finetune(
    _ start: String, _ task: String, branch: String, seed: Int = 0, _ more: [String] = [],
    environment: [String: String] = [:]
  ) throws -> String {
    let output = try runner.run(
      CommandRunner.program,
      ["finetune", start, "-t", "tasks/\(task).yaml", "-b", branch, "--seed", "\(seed)", "-q"] + more,
      environment: environment)
    #expect(output.status == 0, "\(output.standardError)")
    #expect(output.standardError.isEmpty)
    return output.standardOutput.trimmingCharacters(in: .newlines)
  }

  /// What `wgit show --json` says of a revision.
  func show(_ revision: String) throws -> [String: Any] {
    let output = try runner.wgit("show", revision, "--json")
    #expect(output.status == 0, "\(output.standardError)")
    return try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)) as? [String: Any] ?? [:]
  }

  func commitID(_ revision: String) throws -> String { try show(revision)["id"] as? String ?? "" }

  /// The weights of a revision.
  func weights(_ revision: String) throws -> [String: [Float]] {
    #expect(try runner.wgit("restore", "-q", "-s", revision, "model.safetensors").status == 0)
    defer { _ = try? runner.wgit("restore", "-q", "model.safetensors") }
    return try Safetensors.tensors(runner.read("model.safetensors"))
  }

  private static let network = """
    {"format": "wgit-network", "version": 1, "input": [1, 8, 8], "head": "classifier", "layers": [
      {"type": "Flatten"},
      {"name": "hidden", "type": "Linear", "in_features": 64, "out_features": 16},
      {"type": "ReLU"},
      {"name": "classifier", "type": "Linear", "in_features": 16, "out_features": 3}]}
    """

  private static func description(_ name: String) -> String {
    "name: \(name)\nformat: idx\nimages: \(name)-images\nlabels: \(name)-labels\nclasses: \(classCount)\n"
  }

  static func task(_ name: String, steps: Int = 40) -> String {
    """
    task: \(name)
    data: data/\(name).yaml
    train: {per-domain: 120}
    validation: {per-domain: 30}
    steps: \(steps)
    batch: 16
    optimizer: {name: adam, learning-rate: 0.01}
    linear-probe: {steps: 20, learning-rate: 0.01, batch: 16}

    """
  }

  static func certificate(minimum: Double, maximumDrop: Double?) -> String {
    let drop = maximumDrop.map { "max-drop: \($0)\n" } ?? ""
    return "certificate: held-out\ndata: data/blocks.yaml\nrows: {from: 150, per-domain: 90}\nmetric: accuracy\n"
      + "minimum: \(minimum)\n" + drop
  }

  /// Two IDX files: bytes 00 00 08 rank, big-endian sizes, elements.
  private func writeDataset(named name: String, relabelled: Bool) throws {
    var state: UInt64 = 88_172_645_463_325_252
    var pixels: [UInt8] = []
    var labels: [UInt8] = []
    for index in 0..<BlockProject.imageCount {
      let label = index % BlockProject.classCount
      for pixel in 0..<(BlockProject.side * BlockProject.side) {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        let isBright = pixel / BlockProject.side / 3 == label
        pixels.append(UInt8(state % 100) + (isBright ? 120 : 0))
      }
      labels.append(UInt8(relabelled ? (label + 1) % BlockProject.classCount : label))
    }
    let sizes = [BlockProject.imageCount, BlockProject.side, BlockProject.side]
    try Data(BlockProject.idx(sizes) + pixels).write(to: runner.data.appendingPathComponent("\(name)-images"))
    try Data(BlockProject.idx([labels.count]) + labels).write(
      to: runner.data.appendingPathComponent("\(name)-labels"))
  }

  private static func idx(_ sizes: [Int]) -> [UInt8] {
    [0, 0, 8, UInt8(sizes.count)] + sizes.flatMap { size in (0..<4).map { UInt8(size >> (24 - 8 * $0) & 255) } }
  }
}
