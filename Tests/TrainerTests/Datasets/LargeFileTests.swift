import Foundation
import Testing
import Trainer

/// Files that are not compressed are read piece by piece.
struct LargeFileTests {
  /// A sparse file of 2^20 images of 64 KiB: 64 GiB.
  @Test func aFileLargerThanMemoryIsReadRowByRow() throws {
    let folder = try TemporaryDataFolder([:])
    let (count, byteCount) = (1 << 20, 1 << 16)
    let header = IDXFile.bytes(dimensions: [count, 256, 256], elements: [])
    let path = "\(folder.folder.path)/images"
    try Data(header).write(to: URL(filePath: path))
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.truncate(atOffset: UInt64(header.count + count * byteCount))
    try handle.seek(toOffset: UInt64(header.count + (count - 1) * byteCount))
    try handle.write(contentsOf: Data(repeating: 255, count: byteCount))
    try handle.close()
    let dataset = try DataFiles.load(
      "{name: n, format: idx, images: images, label-by: {rotate: [0, 180]}, rows: {from: \(count - 2)}}", folder.folder)
    let examples = try dataset.examples(RowSelection())
    #expect(dataset.count == 2 && dataset.imageShape == .image(channels: 1, height: 256, width: 256))
    #expect(try examples.inputs() == Array(repeating: 0, count: byteCount) + Array(repeating: 1, count: byteCount))
  }

  @Test func aFileThatIsChangedOrCutWhileInUseIsRefused() throws {
    let folder = try TemporaryDataFolder([
      "images": IDXFile.bytes(dimensions: [4, 2, 2], elements: Array(1...16)),
      "labels": IDXFile.bytes(dimensions: [4], elements: [0, 1, 0, 1]),
    ])
    let examples = try DataFiles.load(
      "{name: n, format: idx, images: images, labels: labels, classes: 2}", folder.folder
    ).all()
    #expect(try examples.pixels == Array(1...16))
    let path = URL(filePath: "\(folder.folder.path)/images")
    let handle = try FileHandle(forWritingTo: path)
    try handle.truncate(atOffset: 16)
    expectTrainerError(.malformedDataFile, "\"images\"", "cut short") { _ = try examples.inputs() }
    try handle.seek(toOffset: 16)
    try handle.write(contentsOf: Data(repeating: 7, count: 16))
    expectTrainerError(.malformedDataFile, "\"images\" was changed while it was in use") { _ = try examples.inputs() }
  }

  @Test func pipesAndFoldersAreNotDataFiles() throws {
    let folder = try TemporaryDataFolder([:])
    mkfifo("\(folder.folder.path)/pipe", 0o600)
    mkdir("\(folder.folder.path)/folder", 0o700)
    for name in ["pipe", "folder"] {
      expectTrainerError(.ioFailure, "not a regular file") { _ = try folder.folder.open(name) }
    }
  }
}
