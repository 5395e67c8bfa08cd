import Foundation
import Testing

/// Data that cannot be evaluated on: the exit code and the file or row are told, and nothing is recorded.
struct CertificateDataTests {
  private struct Case: Sendable {
    let name: String
    let status: Int32
    let message: String
    let spoil: @Sendable (BlockProject) throws -> Void
  }

  private static func change(_ file: String, _ edit: (inout Data) -> Void) -> @Sendable (BlockProject) throws -> Void {
    var edited = Data()
    edit(&edited)
    let bytes = edited
    return { project in
      let url = project.runner.data.appendingPathComponent(file)
      var data = try Data(contentsOf: url)
      if bytes.isEmpty {
        data.removeLast()
      } else {
        data.replaceSubrange(data.count - bytes.count..<data.count, with: bytes)
      }
      try data.write(to: url)
    }
  }

  private static let cases = [
    Case(name: "missing", status: 66, message: "blocks-labels") { project in
      try FileManager.default.removeItem(at: project.runner.data.appendingPathComponent("blocks-labels"))
    },
    Case(name: "truncated", status: 65, message: "blocks-images", spoil: change("blocks-images") { _ in }),
    Case(
      name: "label out of range", status: 65, message: "row 239",
      spoil: change("blocks-labels") { $0 = Data([200]) }),
    Case(name: "a label that the network has not", status: 65, message: "has label 2, the network has 2 classes") {
      project in
      let text = String(decoding: try project.runner.read("network.json"), as: UTF8.self)
      try project.runner.write(text.replacing("\"out_features\": 3", with: "\"out_features\": 2"), to: "network.json")
      #expect(try project.runner.wgit("network", "init", "network.json", "-q", "--force").status == 0)
      #expect(try project.runner.wgit("commit", "-qam", "Two classes").status == 0)
    },
    Case(name: "another shape", status: 65, message: "the examples have shape") { project in
      let text = String(decoding: try project.runner.read("network.json"), as: UTF8.self)
      let other = text.replacing("[1, 8, 8]", with: "[1, 8, 4]").replacing(
        "\"in_features\": 64", with: "\"in_features\": 32")
      try project.runner.write(other, to: "network.json")
      #expect(try project.runner.wgit("network", "init", "network.json", "-q", "--force").status == 0)
      #expect(try project.runner.wgit("commit", "-qam", "Another shape").status == 0)
    },
    Case(name: "a domain that is none", status: 65, message: "has no domain \"sketch\"") { project in
      let text = String(decoding: try project.runner.read("certificates/held-out.yaml"), as: UTF8.self)
      try project.runner.write(text + "domains: [sketch]\n", to: "certificates/held-out.yaml")
    },
    Case(name: "too few rows", status: 65, message: "has 240 rows") { project in
      let text = String(decoding: try project.runner.read("certificates/held-out.yaml"), as: UTF8.self)
      try project.runner.write(
        text.replacing("per-domain: 90", with: "per-domain: 91"), to: "certificates/held-out.yaml")
    },
    Case(name: "other private data", status: 65, message: "is not what the certificate says") { project in
      let digest = String(repeating: "0", count: 64)
      let text = String(decoding: try project.runner.read("certificates/held-out.yaml"), as: UTF8.self)
      try project.runner.write(
        text.replacing("data: data/blocks.yaml", with: "data: {tracked: data/blocks.yaml, sha256: \"\(digest)\"}"),
        to: "certificates/held-out.yaml")
    },
  ]

  @Test(arguments: cases.map(\.name)) func nothingIsRecorded(_ name: String) throws {
    let one = try #require(Self.cases.first { $0.name == name })
    let project = try BlockProject(minimum: 0)
    try one.spoil(project)
    let output = try project.runner.wgit("test")
    #expect(output.status == one.status, "\(output.standardOutput)")
    #expect(output.standardError.contains(one.message), "\(output.standardError)")
    let log = try project.runner.wgit("log", "--certificates", "--json")
    #expect(log.standardOutput.contains("\"certificates\": []"))
    #expect(!log.standardOutput.contains("\"verdict\""))
  }

  /// The digest that `wgit data` prints pins the data, and a description outside of the repository may be named.
  @Test func privateDataAreNamedByTheirDigest() throws {
    let project = try BlockProject(minimum: 0)
    let runner = project.runner
    let shown = try runner.wgit("data", "data/blocks.yaml", "--json")
    let json = try JSONSerialization.jsonObject(with: Data(shown.standardOutput.utf8)) as? [String: Any]
    let id = try #require(json?["id"] as? String)
    try FileManager.default.moveItem(
      at: runner.project.appendingPathComponent("data/blocks.yaml"),
      to: runner.data.appendingPathComponent("secret.yaml"))
    let text = String(decoding: try runner.read("certificates/held-out.yaml"), as: UTF8.self)
    try runner.write(
      text.replacing("data: data/blocks.yaml", with: "data: {private: secret.yaml, sha256: \(id)}"),
      to: "certificates/held-out.yaml")
    let output = try runner.wgit("test")
    #expect(output.status == 0, "\(output.standardError)")
    #expect(try runner.wgit("test", "--json").standardOutput.contains("\"known\": true"))
    var data = try Data(contentsOf: runner.data.appendingPathComponent("blocks-images"))
    data[data.count - 1] ^= 1
    try data.write(to: runner.data.appendingPathComponent("blocks-images"))
    #expect(try runner.wgit("test").status == 65)
  }
}
