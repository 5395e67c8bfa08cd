import Documents
import Glibc

/// The folder that holds the files data set descriptions name.
package struct DataFolder: Sendable {
  package let path: String

  package init(_ path: String) {
    self.path = path
  }

  /// The path of a data file: of the name itself or, for "x.gz", of "x", and for "x", of "x.gz".
  ///
  /// - Throws: `TrainerError` with code `dataFileMissing` that names what was looked for, `malformedDescription` for a
  ///   name that leads out of the folder.
  package func resolve(_ name: String) throws -> String {
    try Self.check(name)
    let alternative = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name + ".gz"
    for candidate in [name, alternative] where access("\(path)/\(candidate)", F_OK) == 0 {
      return "\(path)/\(candidate)"
    }
    throw TrainerError(
      .dataFileMissing, "the data folder \"\(path)\" has neither \(name.quoted()) nor \(alternative.quoted())")
  }

  /// Opens a data file, under the name that descriptions call it.
  package func open(_ name: String) throws -> DataFile {
    try DataFile(path: resolve(name), name: name)
  }

  /// Refuses names that are absolute, lead upwards or are not paths.
  static func check(_ name: String) throws {
    let components = name.split(separator: "/", omittingEmptySubsequences: false)
    let isSafe = components.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." } && !name.utf8.contains(0)
    guard isSafe else {
      throw TrainerError(.malformedDescription, "\(name.quoted()) is not the name of a file below the data folder")
    }
  }
}
