import Documents

/// A kind of files a data set may be kept in. Adding one is one file in `Datasets/Formats` with its test, one line in
/// `DatasetFormatRegistry` and its section in docs/data.md.
protocol DatasetFormat: Sendable {
  /// As `format:` names it.
  static var name: String { get }

  /// Reads the format's own keys of a description.
  init(yaml: YAMLMapping, context: DatasetFormatContext) throws

  /// The data files, as messages and recipes name them.
  func fileNames(in folder: DataFolder) throws -> [String]

  /// Reads the files.
  ///
  /// - Throws: `TrainerError` that names the file and the row, line or offset.
  func read(from folder: DataFolder) throws -> FileExamples
}

/// What a description says that every format has to know.
struct DatasetFormatContext: Sendable {
  /// Labels are made here: those of the files are not needed.
  let labelsAreMade: Bool
  /// `domains: {files: …}`: the domain of each file.
  let fileDomains: [String]?
  /// `classes: […]`: the names of the labels.
  let classNames: [String]?
}

/// The samples of a data set's files with what the files say of them.
struct FileExamples: Sendable {
  let images: any ImageStore
  /// One for each sample; none if the files have no labels.
  let labels: [Int]
  /// One for each sample; nil if the files have no domains.
  let domains: FileDomains?
  /// Of the labels, where the files name them.
  var classNames: [String]?
}

/// The domain of each sample of some files.
struct FileDomains: Sendable, Equatable {
  /// Indices into `names`.
  let indices: [Int32]
  let names: [String]

  init(indices: [Int32], names: [String]) {
    self.indices = indices
    self.names = names
  }

  /// One domain for each file; the same name may stand for several.
  ///
  /// - Parameter counts: samples of each file.
  init(names fileNames: [String], counts: [Int]) {
    var names: [String] = []
    var indices: [Int32] = []
    for (name, count) in zip(fileNames, counts) {
      let index = names.firstIndex(of: name) ?? names.count
      if index == names.count { names.append(name) }
      indices += Array(repeating: Int32(index), count: count)
    }
    self.init(indices: indices, names: names)
  }

  /// Domains by number, named by their numbers in ascending order.
  ///
  /// - Throws: `TrainerError` with code `resourceLimit` for more than a thousand.
  init(numbers: [Int], name: String) throws {
    let distinct = Set(numbers).sorted()
    try FileDomains.check(distinct.count, name: name)
    let places = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, Int32($0)) })
    self.init(indices: numbers.map { places[$0] ?? 0 }, names: distinct.map(String.init))
  }

  /// Domains by name, in the order in which they first occur.
  init(texts: [String], name: String) throws {
    var places: [String: Int32] = [:]
    var names: [String] = []
    var indices: [Int32] = []
    indices.reserveCapacity(texts.count)
    for text in texts {
      if let place = places[text] {
        indices.append(place)
        continue
      }
      try FileDomains.check(names.count + 1, name: name)
      places[text] = Int32(names.count)
      indices.append(Int32(names.count))
      names.append(text)
    }
    self.init(indices: indices, names: names)
  }

  private static let limit = 1000

  private static func check(_ count: Int, name: String) throws {
    guard count <= limit else {
      throw TrainerError(.resourceLimit, "\(name.quoted()) has more than \(limit) domains")
    }
  }
}
