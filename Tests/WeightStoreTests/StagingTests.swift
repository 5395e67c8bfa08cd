import Foundation
import Testing
import WeightStore

struct StagingTests {
  private func path(_ text: String) throws -> RelativePath { try RelativePath(text) }

  @Test func filesFoldersAndRemovals() throws {
    let temporary = try TemporaryRepository()
    for name in ["a", "b/c", "b/d", "e"] { try temporary.write(Array(name.utf8), to: name) }
    let repository = temporary.repository
    #expect(try repository.add([path("b"), path("a")]).added.map(\.text) == ["a", "b/c", "b/d"])
    #expect(try repository.status().untracked.map(\.text) == ["e"])
    #expect(try repository.add([nil]).added.map(\.text) == ["e"])
    #expect(try repository.add([nil]).added == [])
    try temporary.remove("b/c")
    try temporary.remove("a")
    #expect(try repository.add([path("b")]).removed.map(\.text) == ["b/c"])
    #expect(try repository.add([path("a")]).removed.map(\.text) == ["a"])
    #expect(try repository.stage().keys.sorted().map(\.text) == ["b/d", "e"])
    expectError(.unknownPath) { _ = try repository.add([path("nothing")]) }
  }

  @Test func linksAndOddNamesAreReportedAndNotFollowed() throws {
    let temporary = try TemporaryRepository()
    let outside = try TemporaryRepository()
    try outside.write([1], to: "secret")
    try temporary.write([1], to: "a")
    try temporary.link("link", to: "a")
    try temporary.link("folder", to: outside.folder)
    let odd = Array("\(temporary.folder)/odd-".utf8).map { CChar(bitPattern: $0) } + [-1, 0]
    close(open(odd, O_CREAT | O_WRONLY, 0o644))
    let outcome = try temporary.repository.add([nil])
    #expect(outcome.added.map(\.text) == ["a"])
    #expect(outcome.skipped.count == 3)
    expectError(.unsupportedFile) { _ = try temporary.repository.add([path("link")]) }
    expectError(.unknownPath) { _ = try temporary.repository.add([path("folder/secret")]) }
  }

  @Test func aFileMayBecomeAFolderAndBack() throws {
    let temporary = try TemporaryRepository()
    try temporary.write([1], to: "a")
    try temporary.commit("file")
    try temporary.remove("a")
    try temporary.write([2], to: "a/b")
    #expect(try temporary.repository.add([path("a/b")]).removed.map(\.text) == ["a"])
    try temporary.commit("folder")
    try temporary.remove("a")
    try temporary.write([3], to: "a")
    #expect(try temporary.repository.add([path("a")]).removed.map(\.text) == ["a/b"])
    try temporary.commit("file again")
    #expect(try temporary.repository.checkIntegrity().isEmpty)
  }

  @Test func unstageAndRestore() throws {
    let temporary = try TemporaryRepository()
    let repository = temporary.repository
    try temporary.write([1], to: "a")
    try temporary.write([1], to: "b")
    let first = try temporary.commit("first")
    try temporary.write([2], to: "a")
    try temporary.write([2], to: "new")
    _ = try repository.add([nil])
    #expect(try repository.unstage([nil]).map(\.text) == ["a", "new"])
    let status = try repository.status()
    #expect(status.staged.isEmpty)
    #expect(status.unstaged.map(\.path.text) == ["a"])
    #expect(status.untracked.map(\.text) == ["new"])
    _ = try repository.restore([path("a")], from: nil)
    #expect(try temporary.read("a") == [1])
    try temporary.remove("b")
    _ = try repository.restore([nil], from: first.id)
    #expect(try temporary.read("b") == [1])
    expectError(.unknownPath) { _ = try repository.restore([path("new")], from: nil) }
  }

  @Test func emptyFilesEmptyTensorsAndModes() throws {
    let temporary = try TemporaryRepository()
    let model = try safetensors([("none", .f32, [0, 4], []), ("scalar", .i64, [], [1, 0, 0, 0, 0, 0, 0, 0])])
    try temporary.write([], to: "empty")
    try temporary.write([1], to: "run.sh")
    try temporary.setExecutable("run.sh", true)
    try temporary.write(model, to: "m.safetensors")
    try temporary.write(safetensors([(name: String, count: Int, seed: UInt64)]()), to: "none.safetensors")
    let first = try temporary.commit("first")
    try temporary.setExecutable("run.sh", false)
    #expect(try temporary.repository.status().unstaged.map(\.path.text) == ["run.sh"])
    try temporary.remove("empty")
    try temporary.commit("second")
    _ = try temporary.repository.switchTo(.detached(first.id))
    #expect(try temporary.read("empty") == [])
    #expect(try temporary.read("m.safetensors") == model)
    #expect(FileManager.default.isExecutableFile(atPath: "\(temporary.folder)/run.sh"))
    #expect(try temporary.repository.status().isClean)
    #expect(try temporary.repository.checkIntegrity().isEmpty)
  }

  @Test(arguments: ["truncated", "empty", "duplicate", "header", "garbage"])
  func aBrokenCheckpointChangesNothing(_ fault: String) throws {
    let temporary = try TemporaryRepository()
    try temporary.write([1], to: "a")
    try temporary.commit("first")
    let packs = try temporary.names(in: ".wgit/packs")
    let sound = try safetensors([("a", 5000, 1)])
    let entry = #""w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}"#
    let duplicate = Array("{\(entry),\(entry)}".utf8)
    let bytes: [UInt8] =
      switch fault {
      case "truncated": sound.dropLast()
      case "empty": []
      case "duplicate": [UInt8(duplicate.count), 0, 0, 0, 0, 0, 0, 0] + duplicate + [1]
      case "header": [UInt8](repeating: 0xff, count: 64)
      default: Array(sound.prefix(11))
      }
    try temporary.write([9], to: "another")
    try temporary.write(bytes, to: "x.safetensors")
    let error = expectError(.malformedFile) { _ = try temporary.repository.add([nil]) }
    #expect(error?.subjects == ["x.safetensors"])
    #expect(try temporary.names(in: ".wgit/packs") == packs)
    #expect(try temporary.names(in: ".wgit/tmp") == [])
    #expect(try temporary.repository.stage().keys.map(\.text) == ["a"])
  }
}
