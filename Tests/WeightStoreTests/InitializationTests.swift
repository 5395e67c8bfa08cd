import Foundation
import Testing
import WeightStore

struct InitializationTests {
  @Test func anInterruptedOneCanBeRepeated() throws {
    let temporary = try TemporaryRepository()
    try temporary.remove(".wgit/format")
    expectError(.notARepository) { _ = try temporary.reopen() }
    let repository = try Repository.initialize(
      at: temporary.folder, initialBranch: "trunk", settings: TemporaryRepository.settings)
    #expect(try repository.head().branchName == "trunk")
    try temporary.remove(".wgit")
    try FileManager.default.createDirectory(atPath: "\(temporary.folder)/.wgit", withIntermediateDirectories: true)
    _ = try Repository.initialize(at: temporary.folder, initialBranch: "main", settings: TemporaryRepository.settings)
    #expect(try temporary.reopen().checkIntegrity().isEmpty)
  }

  @Test func onlyOnce() throws {
    let temporary = try TemporaryRepository()
    expectError(.alreadyARepository) {
      _ = try Repository.initialize(
        at: temporary.folder, initialBranch: "main", settings: TemporaryRepository.settings)
    }
  }

  @Test(arguments: ["wgit repository 3\n", "", "wgit repository 1", "\u{0}"])
  func anotherFormatIsRefused(_ line: String) throws {
    let temporary = try TemporaryRepository()
    try temporary.write(Array(line.utf8), to: ".wgit/format")
    expectError(.unsupportedFormat) { _ = try temporary.reopen() }
  }

  /// A combining mark at the start of a folder's name joins the slash before it in Swift's own view of characters.
  @Test func theSearchUpwardsEnds() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "\u{301}\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    expectError(.notARepository) {
      _ = try Repository.open(containing: folder.path, settings: TemporaryRepository.settings)
    }
  }
}
