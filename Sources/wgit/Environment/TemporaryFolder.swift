import Foundation
import Glibc
import WeightStore

/// A folder of this process alone, below TMPDIR or /tmp, which goes away with its owner.
final class TemporaryFolder {
  let path: String

  init() throws {
    var template = Array("\(Environment.variable("TMPDIR") ?? "/tmp")/wgit-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw CommandError(.inputOutput, "cannot make a temporary folder: \(String(cString: strerror(errno)))")
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// A new folder in it.
  func folder(_ name: String) throws -> String {
    let folder = "\(path)/\(name)"
    guard mkdir(folder, 0o700) == 0 else {
      throw CommandError(.inputOutput, "cannot make '\(folder)': \(String(cString: strerror(errno)))")
    }
    return folder
  }

  /// Writes a file in it and gives its path.
  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = "\(path)/\(name)"
    let target = try OpenFile.open(file, flags: O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
    try bytes.withUnsafeBytes { try target.write($0) }
    return file
  }
}
