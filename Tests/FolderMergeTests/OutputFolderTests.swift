import FolderMerge
import Foundation
import Synchronization
import Testing
import WeightStore

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

  /// At once, and when some of it is written.
  @Test(arguments: [0, 1, 2, 3, 9])
  func nothingIsLeftOfAMergeThatIsStopped(_ patience: Int) throws {
    for name in ["a", "b"] {
      try folder.write(
        [try TestTensor("w", [2], [1, 2]), try TestTensor("x", [1 << 20], numbers(1 << 20, seed: 1))],
        to: "\(name)/model.safetensors")
    }
    let asked = Atomic<Int>(0)
    let error = #expect(throws: FolderMergeError.self) {
      try folder.merge(["a", "b"], "weighted:normalize=false") { _, options in
        options.isCancelled = { asked.wrappingAdd(1, ordering: .relaxed).oldValue >= patience }
      }
    }
    #expect(error?.code == .cancelled)
    #expect(try folder.names() == ["a", "b"])
  }

  /// The output of an earlier merge may be an ingredient of the merge that replaces it.
  @Test func theOutputMayBeAnInput() throws {
    try folder.write([try TestTensor("w", [2], [3, 8])], to: "b/model.safetensors")
    try folder.merge(["a", "b"])
    let error = #expect(throws: FolderMergeError.self) { try folder.merge(["out", "b"]) }
    #expect(error?.code == .outputExists)
    try folder.merge(["out", "b"], replacing: true)
    #expect(try folder.tensors("out/model.safetensors")[0].values == [2.5, 6.5])
    // A model that no merge made is never replaced.
    let input = #expect(throws: FolderMergeError.self) { try folder.merge(["a", "b"], to: "b", replacing: true) }
    #expect(input?.code == .outputExists)
    #expect(try folder.names() == ["a", "b", "out"])
  }

  /// Room is set aside before anything is computed, so a full disk shows at once.
  @Test func whatDoesNotFitTheDiskIsRefused() throws {
    let output = try OutputFolder(folder.path("out"), replacing: false)
    #expect(throws: StoreError.self) { try output.makeFile("model.safetensors", byteCount: 1 << 60) }
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

  /// Handing what is written to the disk early changes nothing of it.
  @Test func largeFilesAreWrittenWhole() throws {
    let size = 1 << 20
    let output = try OutputFolder(folder.path("large"), replacing: false)
    let file = try output.makeFile("x", byteCount: 50 * size)
    for piece in (0..<50).reversed() {
      let bytes = [UInt8](repeating: UInt8(piece), count: size)
      try bytes.withUnsafeBytes { try file.write($0, at: piece * size) }
    }
    try file.synchronize()
    try output.publish()
    let bytes = try folder.read("large/x")
    #expect(bytes.count == 50 * size)
    #expect(bytes.indices.allSatisfy { Int(bytes[$0]) == $0 / size })
  }
}
