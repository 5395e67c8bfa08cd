import Foundation
import Testing

/// Data sets and networks that are broken end with exit code 65 and say where, and nothing is committed.
struct MalformedTrainingTests {
  private let project: BlockProject

  init() throws { project = try BlockProject() }

  private func data(_ name: String) -> URL { project.runner.data.appendingPathComponent(name) }

  /// Training on the data set, and looking at it, says what is wrong.
  private func expectRefusal(
    _ texts: String..., looks: Bool = true, location: SourceLocation = #_sourceLocation
  ) throws {
    let training = try project.runner.wgit("finetune", "main", "-t", "tasks/blocks.yaml", "-b", "x")
    let look = looks ? try project.runner.wgit("data", "data/blocks.yaml") : training
    for output in [training, look] {
      #expect(output.status == 65, "\(output.standardError)", sourceLocation: location)
      for text in texts {
        #expect(output.standardError.contains(text), "\(output.standardError)", sourceLocation: location)
      }
      #expect(output.standardOutput.isEmpty, sourceLocation: location)
    }
    #expect(try project.runner.wgit("branch").standardOutput == "* main\n", sourceLocation: location)
  }

  private func change(_ name: String, _ change: (inout [UInt8]) -> Void) throws {
    var bytes = [UInt8](try Data(contentsOf: data(name)))
    change(&bytes)
    try Data(bytes).write(to: data(name))
  }

  @Test func aLabelThatIsNoClassNamesItsRow() throws {
    try change("blocks-labels") { $0[8 + 41] = 3 }
    try expectRefusal("label 3", "row 41")
  }

  @Test func aTruncatedFileNamesItsSize() throws {
    try change("blocks-images") { $0.removeLast(10) }
    try expectRefusal("blocks-images", "15360", "15366")
  }

  @Test func moreLabelsThanImagesNameBothCounts() throws {
    try change("blocks-labels") {
      $0[7] = 239
      $0.removeLast()
    }
    try expectRefusal("240", "239")
  }

  @Test func aFileOfNoSamplesIsRefused() throws {
    try change("blocks-images") { $0 = [0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 8] }
    try change("blocks-labels") { $0 = [0, 0, 8, 1, 0, 0, 0, 0] }
    try expectRefusal("no row")
  }

  @Test func aFileOfAnotherKindNamesItsOffset() throws {
    try change("blocks-images") { $0[2] = 0x77 }
    try expectRefusal("blocks-images", "byte 2")
  }

  @Test func aCutGzipFileIsRefused() throws {
    try project.runner.write(
      "name: blocks\nformat: idx\nimages: images.gz\nlabels: blocks-labels\nclasses: 3\n", to: "data/blocks.yaml")
    try Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x63, 0x60]).write(to: data("images.gz"))
    try expectRefusal("images.gz")
  }

  @Test func aPixelThatIsNoNumberNamesItsRow() throws {
    var pixels = [Float](repeating: 0.5, count: 240 * 64)
    pixels[77 * 64 + 3] = .nan
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (240, 8, 8), }"
    let padding = 63 - (10 + header.utf8.count) % 64
    let text = header + String(repeating: " ", count: padding) + "\n"
    var file: [UInt8] =
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count & 255), UInt8(text.utf8.count >> 8)]
    file +=
      Array(text.utf8) + pixels.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init) }
    try Data(file).write(to: data("images.npy"))
    let labels = try Data(contentsOf: data("blocks-labels")).dropFirst(8)
    let labelHeader = "{'descr': '|u1', 'fortran_order': False, 'shape': (240,), }"
    let labelText = labelHeader + String(repeating: " ", count: 63 - (10 + labelHeader.utf8.count) % 64) + "\n"
    try Data(
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(labelText.utf8.count), 0] + Array(labelText.utf8) + Array(labels)
    ).write(to: data("labels.npy"))
    try project.runner.write(
      "name: blocks\nformat: npy\nimages: images.npy\nlabels: labels.npy\nclasses: 3\n", to: "data/blocks.yaml")
    try expectRefusal("images.npy", "row 77")
  }

  @Test func imagesThatDoNotFitTheNetworkNameBothShapes() throws {
    try change("blocks-images") {
      $0[11] = 4
      $0[15] = 16
    }
    try expectRefusal("[1, 4, 16]", "[1, 8, 8]", looks: false)
  }

  @Test(arguments: [
    (
      #""in_features": 16, "out_features": 3"#, #""in_features": 17, "out_features": 3"#, "layer 4", "in_features is 17"
    ),
    (#"{"type": "ReLU"}"#, #"{"type": "Swish"}"#, "layer 3", "Swish"),
    (
      #"{"type": "ReLU"}"#, #"{"type": "Conv2d", "in_channels": 1, "out_channels": 1, "kernel_size": 3}"#, "layer 3",
      "image"
    ),
    (#""out_features": 16"#, #""out_features": -16"#, "layer 2", "-16"),
    (#""layers": ["#, #""layers": 7, "x": ["#, "\"x\"", "unknown key"),
    (#"{"format""#, #"{"format": 1, "format""#, "network.json", "format"),
  ])
  func networksThatCannotBeMeantNameTheLayer(old: String, new: String, place: String, reason: String) throws {
    let text = String(decoding: try project.runner.read("network.json"), as: UTF8.self)
    #expect(text.contains(old))
    try project.runner.write(text.replacingOccurrences(of: old, with: new), to: "network.json")
    #expect(try project.runner.wgit("commit", "-qam", "Broken").status == 0)
    try expectRefusal("network.json", place, reason, looks: false)
    let shown = try project.runner.wgit("network", "show")
    #expect(shown.status == 65 && shown.standardError.contains(place), "\(shown.standardError)")
  }

  /// An embedding takes whole numbers of its table.
  @Test(arguments: [("7", 0), ("8", 65), ("-1", 65), ("1.5", 65)])
  func idsOutsideTheTableNameTheirRow(id: String, status: Int32) throws {
    try project.runner.write(
      """
      {"format": "wgit-network", "version": 1, "input": [2], "head": "classifier", "layers": [
        {"name": "words", "type": "Embedding", "num_embeddings": 8, "embedding_dim": 4}, {"type": "Flatten"},
        {"name": "classifier", "type": "Linear", "in_features": 8, "out_features": 2}]}
      """, to: "network.json")
    let rows = (0..<12).map { "\($0 % 8),\($0 % 3),\($0 % 2)" } + ["0,\(id),1"]
    try Data(("first,second,label\n" + rows.joined(separator: "\n") + "\n").utf8).write(to: data("ids.csv"))
    try project.runner.write(
      "name: ids\nformat: csv\nfiles: ids.csv\nclasses: 2\n", to: "data/ids.yaml")
    try project.runner.write("task: ids\ndata: data/ids.yaml\nsteps: 3\nbatch: 5\n", to: "tasks/ids.yaml")
    #expect(try project.runner.wgit("network", "init", "network.json", "-fq").status == 0)
    #expect(try project.runner.wgit("commit", "-qam", "Words").status == 0)
    let output = try project.runner.wgit("finetune", "main", "-t", "tasks/ids.yaml", "-b", "x", "-q")
    #expect(output.status == status, "\(output.standardError)")
    if status != 0 {
      #expect(output.standardError.contains("row 12"), "\(output.standardError)")
      #expect(output.standardError.contains("from 0 to 7"), "\(output.standardError)")
    }
  }
}
