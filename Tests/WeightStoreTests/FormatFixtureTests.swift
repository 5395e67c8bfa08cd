import Foundation
import Testing
import WeightStore

/// Repositories that earlier versions wrote are read as they are: `Fixtures/make_fixture.py` made them.
struct FormatFixtureTests {
  @Test(arguments: [1, 2]) func everyFormatIsRead(format: Int) throws {
    let temporary = try TemporaryRepository()
    let control = "\(temporary.folder)/.wgit"
    let fixture = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/format-\(format)").path
    try FileManager.default.removeItem(atPath: control)
    try FileManager.default.copyItem(atPath: fixture, toPath: control)
    try FileManager.default.createDirectory(atPath: "\(control)/tmp", withIntermediateDirectories: true)

    let repository = try temporary.reopen()
    #expect(try repository.branches().map(\.name) == ["a", "b", "main"])
    #expect(try repository.checkIntegrity().isEmpty)
    let expected = [
      "a": "73b9acfb54e3a005ca522fcf6094ef873d750c24aad48de5d276dc5ea9cafe30",
      "main": "9d51d5d1ac0cea5f53ee8e94e274a3743bb6a787ca534776a922469f9d7ff181",
    ]
    for (branch, sha256) in expected {
      let bytes = try repository.contents(of: RelativePath("model.safetensors"), in: repository.resolve(branch))
      #expect(SHA256.digest(of: try #require(bytes)).hex == sha256, "\(branch)")
    }
    if format == 2 {
      let half = try repository.contents(of: RelativePath("half.safetensors"), in: repository.resolve("a"))
      #expect(
        SHA256.digest(of: try #require(half)).hex == "5d0a51e05858e1081b0c05e6d8c1a50b38558a1c4e5f2e4b27f9495a25b63ccd")
    }
    let merge = try repository.graph.commit(repository.resolve("a"))
    #expect(merge.recipe.ingredients.count == 2)
    #expect(try repository.operations(limit: 100).count > 4)
  }
}
