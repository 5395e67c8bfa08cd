/// What a program must be able to read to use a repository: the line in its `format` file.
enum RepositoryFormat: Int, CaseIterable {
  case one = 1
  /// Chunks may be predictions.
  case two = 2

  static let newest = RepositoryFormat.two

  private var line: String { "wgit repository \(rawValue)\n" }

  /// - Throws: `StoreError.unsupportedFormat` with what stands in the file.
  init(reading layout: RepositoryLayout) throws(StoreError) {
    let file = try OpenFile.openRegular(layout.formatFile)
    let found = String(decoding: try file.read(at: 0, count: min(80, try file.byteCount())), as: UTF8.self)
    guard let format = RepositoryFormat.allCases.first(where: { $0.line == found }) else {
      let line = found.hasSuffix("\n") ? String(found.dropLast()) : found
      throw StoreError(
        .unsupportedFormat,
        "'\(layout.root)' has format '\(line)'; this wgit reads 'wgit repository 1' to 'wgit repository \(RepositoryFormat.newest.rawValue)'"
      )
    }
    self = format
  }

  func write(to layout: RepositoryLayout) throws(StoreError) {
    try AtomicFile.write(Array(line.utf8), to: layout.formatFile, temporaryFolder: layout.temporaryFolder)
  }

  /// Before the first object is published that programs of an earlier format cannot read.
  static func raise(for pack: PackWriter.Sealed, in layout: RepositoryLayout) throws(StoreError) {
    guard pack.records.contains(where: { $0.record.encoding == .predicted }),
      try RepositoryFormat(reading: layout).rawValue < RepositoryFormat.two.rawValue
    else { return }
    try RepositoryFormat.two.write(to: layout)
  }
}
