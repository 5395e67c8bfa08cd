import Documents
import Glibc

/// The entries of folders of images, in the order of their names' bytes, whatever order the file system gives.
enum FolderListing {
  private static let limit = 1 << 24

  enum Kind {
    case folder
    case file
  }

  /// Names of folders, or of regular files, in a folder; those that begin with a dot are passed over. Symbolic links count
  /// as what they lead to.
  ///
  /// - Throws: `TrainerError` with code `dataFileMissing`, `ioFailure` or `resourceLimit`.
  static func names(_ kind: Kind, in path: String) throws -> [String] {
    guard let stream = opendir(path) else {
      throw errno == ENOENT
        ? TrainerError(.dataFileMissing, "there is no folder \(path.quoted())") : DataFile.failure("open", path)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard !name.hasPrefix("."), try self.kind(of: "\(path)/\(name)", hint: entry.pointee.d_type) == kind else {
        continue
      }
      names.append(name)
      guard names.count <= limit else {
        throw TrainerError(.resourceLimit, "\(path.quoted()) has more than \(limit) entries")
      }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func kind(of path: String, hint: UInt8) throws -> Kind? {
    switch Int(hint) {
    case DT_DIR: return .folder
    case DT_REG: return .file
    default:
      var status = stat()
      guard stat(path, &status) == 0 else { throw DataFile.failure("examine", path) }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: return .folder
      case S_IFREG: return .file
      default: return nil
      }
    }
  }
}
