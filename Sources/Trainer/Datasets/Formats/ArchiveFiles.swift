import Documents

/// Samples, labels and perhaps domains as named arrays of the same files, as npz and safetensors have them.
///
/// ```yaml
/// files: [train.npz, test.npz]
/// arrays: {images: x, labels: y, domain: environment}   # images, labels, domain unless given
/// ```
struct ArchiveFiles: Sendable {
  private let files: [String]
  private let imageKey: String
  /// nil if labels are made elsewhere and the description names none.
  private let labelKey: String?
  private let domainKey: String
  /// The description names the array of domains, so that it must be there.
  private let isDomainRequired: Bool
  private let fileDomains: [String]?
  private let order: AxisOrder?

  init(yaml: YAMLMapping, context: DatasetFormatContext) throws {
    files = try yaml.fileNames("files")
    let arrays = try yaml.optionalMapping("arrays")
    imageKey = try arrays?.optionalString("images") ?? "images"
    let labels = try arrays?.optionalString("labels")
    labelKey = context.labelsAreMade ? labels : labels ?? "labels"
    let domain = try arrays?.optionalString("domain")
    domainKey = domain ?? "domain"
    isDomainRequired = domain != nil
    fileDomains = try context.fileDomains(count: files.count, yaml: yaml)
    if isDomainRequired, fileDomains != nil {
      throw yaml.invalidValue(of: "domains", mustBe: "left out, because \"arrays\" names an array of domains")
    }
    order = try AxisOrder.optional(yaml)
  }

  var fileNames: [String] { files }

  /// - Parameter open: gives the array of a name in a file, nil if the file has none of it.
  func read(
    from folder: DataFolder, _ open: (DataFile) throws -> (_ key: String) throws -> DataArray?
  ) throws -> FileExamples {
    var (images, labels, numbers): ([DataArray], [Int], [Int]) = ([], [], [])
    for file in files {
      let find = try open(folder.open(file))
      guard let array = try find(imageKey) else { throw Self.missing(imageKey, in: file) }
      guard let count = array.dimensions.first else {
        throw TrainerError(.malformedDataFile, "\(array.name.quoted()) is a single number, not an array of images")
      }
      images.append(array)
      if let labelKey {
        guard let array = try find(labelKey) else { throw Self.missing(labelKey, in: file) }
        labels += try array.labels(count: count, of: imageKey)
      }
      guard fileDomains == nil else { continue }
      if let array = try find(domainKey) {
        numbers += try array.labels(count: count, of: imageKey)
      } else if isDomainRequired || !numbers.isEmpty {
        throw Self.missing(domainKey, in: file)
      }
    }
    let store = try ArrayImages(images, order: order)
    guard numbers.isEmpty || numbers.count == store.count else { throw Self.missing(domainKey, in: files[0]) }
    let counts = images.map { $0.dimensions[0] }
    let domains =
      try fileDomains.map { FileDomains(names: $0, counts: counts) }
      ?? (numbers.isEmpty ? nil : try FileDomains(numbers: numbers, name: files[0]))
    return FileExamples(images: store, labels: labels, domains: domains)
  }

  private static func missing(_ key: String, in file: String) -> TrainerError {
    TrainerError(.malformedDataFile, "\(file.quoted()) has no array \(key.quoted())")
  }
}
