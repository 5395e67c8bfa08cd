import Documents

/// `format: folder`: images as files in folders that say what they show: DomainBed's `domain/class/*.jpg|png`, or
/// torchvision's `class/*`.
///
/// ```yaml
/// folder: PACS               # below the data folder
/// layout: domain/class       # unless given; or class
/// size: [224, 224]           # or one number; without it all images must be of one size
/// filter: bilinear           # unless given; or bicubic
/// ```
///
/// Domains and classes are in the order of their names' bytes; every domain may lack some classes. Files with other
/// endings are passed over.
struct FolderFormat: DatasetFormat {
  static let name = "folder"

  private static let endings = [".jpg", ".jpeg", ".png"]

  private let folder: String
  private let hasDomains: Bool
  private let size: (height: Int, width: Int)?
  private let filter: Resampling.Filter
  private let classNames: [String]?

  /// One image file.
  private struct Entry {
    let path: String
    let domain: String
    let className: String
  }

  init(yaml: YAMLMapping, context: DatasetFormatContext) throws {
    folder = try yaml.string("folder")
    try DataFolder.check(folder)
    switch try yaml.optionalString("layout") ?? "domain/class" {
    case "domain/class": hasDomains = true
    case "class": hasDomains = false
    default: throw yaml.invalidValue(of: "layout", mustBe: "domain/class or class")
    }
    size = yaml.has("size") ? try yaml.imageSize("size") : nil
    filter = try Resampling.Filter.optional(yaml) ?? .bilinear
    classNames = context.classNames
    if context.fileDomains != nil {
      throw yaml.invalidValue(of: "domains", mustBe: "without \"files\", because the folders name the domains")
    }
  }

  func fileNames(in folder: DataFolder) throws -> [String] { try entries(in: folder).map(\.path) }

  func read(from folder: DataFolder) throws -> FileExamples {
    let entries = try entries(in: folder)
    let names = classNames ?? Set(entries.map(\.className)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    let labels = try entries.map { entry in
      guard let label = places[entry.className] else {
        throw TrainerError(
          .labelOutOfRange, "\(entry.path.quoted()) is of class \(entry.className.quoted()), which \"classes\" lacks")
      }
      return label
    }
    return FileExamples(
      images: try FolderImages(entries.map(\.path), in: folder, size: size, filter: filter), labels: labels,
      domains: hasDomains ? try FileDomains(texts: entries.map(\.domain), name: self.folder) : nil,
      classNames: names)
  }

  private func entries(in dataFolder: DataFolder) throws -> [Entry] {
    let top = "\(dataFolder.path)/\(folder)"
    let domains = hasDomains ? try FolderListing.names(.folder, in: top) : [""]
    var entries: [Entry] = []
    for domain in domains {
      let below = domain.isEmpty ? folder : "\(folder)/\(domain)"
      let classes = try FolderListing.names(.folder, in: "\(dataFolder.path)/\(below)")
      for className in classes {
        let files = try FolderListing.names(.file, in: "\(dataFolder.path)/\(below)/\(className)")
        let images = files.filter { file in Self.endings.contains { file.lowercased().hasSuffix($0) } }
        guard !images.isEmpty else {
          throw TrainerError(
            .insufficientRows,
            "\("\(below)/\(className)".quoted()) has no images (\(Self.endings.joined(separator: ", ")))")
        }
        entries += images.map { Entry(path: "\(below)/\(className)/\($0)", domain: domain, className: className) }
      }
    }
    guard !entries.isEmpty else {
      throw TrainerError(
        .insufficientRows,
        "\(folder.quoted()) has no images in folders \(hasDomains ? "domain/class" : "class") below it")
    }
    return entries
  }
}
