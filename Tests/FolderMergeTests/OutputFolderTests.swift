import FolderMerge
import Foundation
import Testing

struct OutputFolderTests {
  private let folder: TestFolder

  init() throws {
    folder = try TestFolder()
    for name in ["a", "b"] { try folder.write([try TestTensor("w", [2], [1, 2])], to: "\(name)/model.safetensors") }
  }

  @Test func nothingIsLeftOfAMergeThatFails() throws {
    try folder.write([try TestTensor("w", [2], [1, .infinity])], to: "b/model.safetensors")
    let error = #expect(throws: FolderMergeError.self) {
      try folder.merge(["a", "b"]) { _, options in options.isStrict = true }
    }
    #expect(error?.code == .nonFinite)
    #expect(try folder.names() == ["a", "b"])
  }

  @Test func nothingIsLeftOfAMergeThatIsStopped() throws {
    let error = #expect(throws: FolderMergeError.self) {
      try folder.merge(["a", "b"]) { _, options in options.isCancelled = { true } }
    }
    #expect(error?.code == .cancelled)
    #expect(try folder.names() == ["a", "b"])
  }

  @Test func whatIsThereStays() throws {
    try folder.write("mine", to: "out/notes.txt")
    let error = #expect(throws: FolderMergeError.self) { try folder.merge(["a", "b"]) }
    #expect(error?.code == .outputExists)
    // Not even if told so: this is no merge's output.
    let again = #expect(throws: FolderMergeError.self) { try folder.merge(["a", "b"], replacing: true) }
    #expect(again?.code == .outputExists)
    #expect(try folder.read("out/notes.txt") == Array("mine".utf8))
    #expect(try folder.names() == ["a", "b", "out"])
  }

  @Test func anEarlierOutputIsReplacedWhole() throws {
    try folder.merge(["a", "b"])
    try folder.write("x", to: "out/stale/file.txt")
    let error = #expect(throws: FolderMergeError.self) { try folder.merge(["a", "b"]) }
    #expect(error?.code == .outputExists)
    try folder.merge(["a"], replacing: true)
    #expect(try folder.names("out") == ["README.md", "model.safetensors", "wgit_merge.yml"])
    #expect(try folder.names() == ["a", "b", "out"])
  }

  /// What a killed merge leaves goes with the next one; what a running one is writing stays.
  @Test func leftoversAreRemoved() throws {
    try folder.write("x", to: ".out.wgit-merge-1-1/model.safetensors")
    try folder.write("x", to: ".other.wgit-merge-1-1/model.safetensors")
    let running = try OutputFolder(folder.path("out"), replacing: false)
    let before = try folder.names().filter { $0.hasPrefix(".out") }
    #expect(before.count == 1)
    try folder.merge(["a", "b"])
    #expect(try folder.names() == [".other.wgit-merge-1-1"] + before + ["a", "b", "out"])
    // The one that comes second finds the name taken.
    let error = #expect(throws: FolderMergeError.self) { try running.publish() }
    #expect(error?.code == .outputExists)
  }

  @Test(arguments: ["missing/out", "a/model.safetensors/out", "."])
  func impossiblePlaces(_ place: String) throws {
    #expect(throws: FolderMergeError.self) { try folder.merge(["a", "b"], to: place) }
  }
}
