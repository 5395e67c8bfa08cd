import Documents

/// Samples and labels in files of one array each, as IDX and npy are.
struct ArrayFiles: Sendable {
  private let images: [String]
  /// As many as `images`; none if the labels are made elsewhere.
  private let labels: [String]
  private let fileDomains: [String]?
  private let order: AxisOrder?

  /// - Parameter order: of the axes where the description does not say; nil if it is to be seen from their sizes.
  init(yaml: YAMLMapping, context: DatasetFormatContext, order preset: AxisOrder?) throws {
    images = try yaml.fileNames("images")
    if context.labelsAreMade, !yaml.has("labels") {
      labels = []
    } else {
      labels = try yaml.fileNames("labels")
      guard labels.count == images.count else {
        throw yaml.invalidValue(of: "labels", mustBe: "\(images.count) files, as many as images")
      }
    }
    fileDomains = try context.fileDomains(count: images.count, yaml: yaml)
    order = try AxisOrder.optional(yaml) ?? preset
  }

  var fileNames: [String] { images + labels }

  func read(from folder: DataFolder, _ read: (DataFile) throws -> DataArray) throws -> FileExamples {
    let arrays = try images.map { try read(folder.open($0)) }
    let store = try ArrayImages(arrays, order: order)
    let counts = arrays.map { $0.dimensions[0] }
    var all: [Int] = []
    for (index, file) in labels.enumerated() {
      let array = try read(folder.open(file))
      all += try array.labels(count: counts[index], of: images[index])
    }
    return FileExamples(
      images: store, labels: all, domains: fileDomains.map { FileDomains(names: $0, counts: counts) })
  }
}

extension DataArray {
  /// The elements of an array of one label, or domain, for each sample.
  ///
  /// - Parameter samples: what messages call the array with the samples.
  func labels(count: Int, of samples: String) throws -> [Int] {
    guard dimensions == [count] || dimensions == [count, 1] else {
      throw TrainerError(
        .malformedDataFile,
        "\(name.quoted()) has labels of shape \(dimensions), \(samples.quoted()) has \(count) images")
    }
    return try integers()
  }
}

extension DatasetFormatContext {
  /// The domain of each file, checked against the number of files.
  func fileDomains(count: Int, yaml: YAMLMapping) throws -> [String]? {
    guard let fileDomains else { return nil }
    guard fileDomains.count == count else {
      throw yaml.invalidValue(of: "domains", mustBe: "given \(count) names of files, as many as there are files")
    }
    return fileDomains
  }
}

extension YAMLMapping {
  /// One or more names of files below the data folder.
  func fileNames(_ key: String) throws -> [String] {
    let names = try oneOrMoreStrings(key)
    guard !names.isEmpty else { throw invalidValue(of: key, mustBe: "at least one file") }
    for name in names { try DataFolder.check(name) }
    return names
  }
}
