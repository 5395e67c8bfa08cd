import WeightStore

/// Where descriptions (tasks, data sets, certificates) are read from: the working folder or a commit.
enum ProjectFiles {
  case workingFolder(Repository)
  case commit(Repository, ObjectID<Commit>)

  /// The text of a file below the project folder.
  func text(_ path: String) throws -> String {
    String(decoding: try bytes(path), as: UTF8.self)
  }

  func bytes(_ path: String) throws -> [UInt8] {
    let relative = try RelativePath(path)
    switch self {
    case .workingFolder(let repository):
      let file = try repository.working.open(relative)
      return try file.read(at: 0, count: try file.byteCount())
    case .commit(let repository, let id):
      guard let bytes = try repository.contents(of: relative, in: id) else {
        throw StoreError(.unknownPath, "\(id.short) has no file '\(path)'", subjects: [path])
      }
      return bytes
    }
  }

  /// Paths of certificate files, sorted.
  func certificatePaths() throws -> [String] {
    let paths: [RelativePath]
    switch self {
    case .workingFolder(let repository):
      paths = try FolderWalk(repository.working, below: RelativePath(ProjectFiles.certificateFolder)).files
    case .commit(let repository, let id): paths = try repository.tree(of: id).paths
    }
    return paths.map(\.text).filter { path in
      path.hasPrefix("\(ProjectFiles.certificateFolder)/") && (path.hasSuffix(".yaml") || path.hasSuffix(".yml"))
    }
  }

  static let certificateFolder = "certificates"
}
