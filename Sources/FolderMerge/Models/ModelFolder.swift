import Glibc
import WeightStore

/// The files of one model, wherever they stand: on disk or in a commit.
package protocol ModelFolder: Sendable {
  /// The folder as the user named it.
  var name: String { get }
  /// The names of the files directly in the folder, sorted.
  func fileNames() throws -> [String]
  /// A file below the folder for reading by range; nil if there is none.
  func source(_ file: String) throws -> (any ByteSource)?
}

extension ModelFolder {
  /// The largest file that is read whole: tokenizers and configurations are far smaller.
  static var largestCompanion: Int { 256 << 20 }

  /// A small file, whole; nil if there is none.
  ///
  /// - Throws: `FolderMergeError.malformedModel` if it is larger than any file of its kind.
  package func bytes(_ file: String) throws -> [UInt8]? {
    guard let source = try source(file) else { return nil }
    guard source.byteCount <= Self.largestCompanion else {
      throw FolderMergeError(
        .malformedModel, "'\(name)/\(file)' has \(source.byteCount) bytes, more than a file of its kind may have",
        subjects: [file])
    }
    return try source.read(at: 0, count: source.byteCount)
  }
}

/// A folder on disk. Symbolic links are followed: the cache of the Hugging Face hub is made of them.
package struct DiskFolder: ModelFolder {
  package let name: String

  package init(_ path: String) {
    name = path
  }

  package func fileNames() throws -> [String] {
    try Folder.names(in: name).filter { !Folder.isFolder("\(name)/\($0)") }
  }

  package func source(_ file: String) throws -> (any ByteSource)? {
    try DiskFolder.source(at: "\(name)/\(file)")
  }

  /// A regular file; nil if nothing has that name.
  static func source(at path: String) throws -> (any ByteSource)? {
    guard access(path, F_OK) == 0 else { return nil }
    // Without O_NONBLOCK, opening a named pipe would wait for its other end.
    let file = try OpenFile.open(path, flags: O_RDONLY | O_NONBLOCK)
    guard try file.status().st_mode & S_IFMT == S_IFREG else {
      throw FolderMergeError(.malformedModel, "'\(path)' is not a regular file", subjects: [path])
    }
    return try FileSource(file)
  }
}
