import Foundation
import Testing
import WeightStore

/// Repositories that earlier versions wrote are read as they are: `Fixtures/make_fixture.py` made them.
struct FormatFixtureTests {
  @Test func formatOneIsRead() throws {
    let temporary = try TemporaryRepository()
    let control = "\(temporary.folder)/.wgit"
    let fixture = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/format-1").path
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
    let merge = try repository.graph.commit(repository.resolve("a"))
    #expect(merge.recipe.ingredients.count == 2)
    #expect(try repository.operations(limit: 100).count > 4)
  }
}
