import Foundation
import Trainer

/// IDX files for tests.
enum IDXFile {
  static func bytes(dimensions: [Int], elements: [UInt8]) -> [UInt8] {
    [0, 0, 8, UInt8(dimensions.count)]
      + dimensions.flatMap { size in stride(from: 24, through: 0, by: -8).map { UInt8(size >> $0 & 0xFF) } } + elements
  }

  /// A gzip file of stored blocks (RFC 1951, 1952), so that every byte is known.
  static func gzip(_ content: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    var rest = content[...]
    repeat {
      let block = rest.prefix(65535)
      rest = rest.dropFirst(block.count)
      result += [rest.isEmpty ? 1 : 0] + little(UInt32(block.count)).prefix(2)
      result += little(~UInt32(block.count)).prefix(2) + block
    } while !rest.isEmpty
    return result + little(crc32(content)) + little(UInt32(content.count))
  }

  private static func little(_ value: UInt32) -> [UInt8] {
    stride(from: 0, to: 32, by: 8).map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { state, byte in
      (0..<8).reduce(state ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
  }
}

/// A data folder that is removed with its owner.
final class TemporaryDataFolder {
  let folder: DataFolder

  init(_ files: [String: [UInt8]]) throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "trainer-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    for (name, bytes) in files { try Data(bytes).write(to: url.appending(path: name)) }
    folder = DataFolder(url.path(percentEncoded: false).trimmingSuffix("/"))
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder.path)
  }
}

extension String {
  fileprivate func trimmingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
