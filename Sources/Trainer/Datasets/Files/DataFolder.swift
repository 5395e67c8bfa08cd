import Documents
import Glibc

/// The folder that holds the files data set descriptions name.
package struct DataFolder: Sendable {
  package let path: String

  package init(_ path: String) {
    self.path = path
  }

  /// The most bytes a data file may have on disk.
  static let fileSizeLimit = 1 << 31

  /// The path of a data file: of the name itself or, for "x.gz", of "x", and for "x", of "x.gz".
  ///
  /// - Throws: `TrainerError` with code `dataFileMissing` that names what was looked for, `malformedDescription` for a
  /// name
  ///   that leads out of the folder.
  package func resolve(_ name: String) throws -> String {
    try Self.check(name)
    let alternative = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name + ".gz"
    for candidate in [name, alternative] where access("\(path)/\(candidate)", F_OK) == 0 {
      return "\(path)/\(candidate)"
    }
    throw TrainerError(
      .dataFileMissing, "the data folder \"\(path)\" has neither \(name.quoted()) nor \(alternative.quoted())")
  }

  /// Refuses names that are absolute, lead upwards or are not paths.
  static func check(_ name: String) throws {
    let components = name.split(separator: "/", omittingEmptySubsequences: false)
    let isSafe = components.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." } && !name.utf8.contains(0)
    guard isSafe else {
      throw TrainerError(.malformedDescription, "\(name.quoted()) is not the name of a file below the data folder")
    }
  }

  /// The bytes of a regular file.
  static func read(_ path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure("open", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure("examine", path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw TrainerError(.ioFailure, "\"\(path)\" is not a regular file")
    }
    guard status.st_size <= fileSizeLimit else {
      throw TrainerError(
        .resourceLimit, "\"\(path)\" has \(status.st_size) bytes, more than \(fileSizeLimit)")
    }
    return try [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
      while count < buffer.count {
        let received = Glibc.read(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
        if received < 0 && errno == EINTR { continue }
        guard received >= 0 else { throw failure("read", path) }
        if received == 0 { break }
        count += received
      }
    }
  }

  private static func failure(_ verb: String, _ path: String) -> TrainerError {
    TrainerError(.ioFailure, "cannot \(verb) \"\(path)\": \(String(cString: strerror(errno)))")
  }
}
