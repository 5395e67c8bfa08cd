/// Which files are passed over because a `.wgitignore` says so.
///
/// The patterns of a folder hold for everything below it, those of inner folders go before those of outer ones, and of one
/// file the last pattern that fits decides. Below a folder that is ignored nothing is looked at, so nothing there can be
/// taken back in.
struct IgnoreRules: Sendable {
  static let fileName = ".wgitignore"
  private static let maximumByteCount = 1 << 20

  /// Outermost first; `prefix` is the folder with a slash behind it, or nothing.
  private var folders: [(prefix: String, patterns: [IgnorePattern])] = []

  /// The rules that hold in the folder `start`, `nil` for the whole working folder: without those of its own file.
  init(_ working: WorkingFolder, above start: RelativePath?) throws(StoreError) {
    guard let start else { return }
    for folder in [nil] + start.ancestors.map(Optional.some) {
      let prefix = folder.map { "\($0.text)/" } ?? ""
      let file = try RelativePath(prefix + IgnoreRules.fileName)
      guard case .file = try working.occupant(of: file) else { continue }
      try add(working.open(file), prefix: prefix)
    }
  }

  /// Takes in the file of a folder.
  mutating func add(_ file: OpenFile, prefix: String) throws(StoreError) {
    let source = try FileSource(file)
    guard source.byteCount <= IgnoreRules.maximumByteCount else {
      throw StoreError(
        .malformedFile, "'\(prefix)\(IgnoreRules.fileName)' is larger than \(IgnoreRules.maximumByteCount) bytes",
        subjects: [prefix + IgnoreRules.fileName])
    }
    let text = String(decoding: try source.read(at: 0, count: source.byteCount), as: UTF8.self)
    let lines = text.unicodeScalars.split(separator: "\n").map { Substring($0) }
    let patterns = lines.compactMap { IgnorePattern(line: $0) }
    if !patterns.isEmpty { folders.append((prefix, patterns)) }
  }

  /// Whether a file or folder is ignored, if no folder above it is.
  func ignores(_ path: String, isFolder: Bool) -> Bool {
    for (prefix, patterns) in folders.reversed() {
      let below = Substring(Substring(path).utf8.dropFirst(prefix.utf8.count))
      if let last = patterns.last(where: { $0.fits(below, isFolder: isFolder) }) { return !last.isNegated }
    }
    return false
  }

  /// Whether a path is ignored, itself or by a folder above it.
  static func ignores(_ path: RelativePath, isFolder: Bool, in working: WorkingFolder) throws(StoreError) -> Bool {
    for folder in path.ancestors where try IgnoreRules(working, above: folder).ignores(folder.text, isFolder: true) {
      return true
    }
    return try IgnoreRules(working, above: path).ignores(path.text, isFolder: isFolder)
  }
}
