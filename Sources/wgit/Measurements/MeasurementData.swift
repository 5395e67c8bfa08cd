import ArgumentParser
import Trainer
import WeightStore

/// What `lmc`, `diversity` and `report` run models on.
struct MeasurementDataOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A data-set description, or the folder with the data-set files; may be repeated.", valueName: "file-or-folder"))
  var data: [String] = []

  @Option(name: [.short, .long], help: "Only the data of this certificate; may be repeated.")
  var certificate: [String] = []

  @Option(help: "With a description: only this domain; may be repeated.")
  var domain: [String] = []

  @Option(help: ArgumentHelp("With a description: at most so many rows of each domain.", valueName: "number"))
  var perDomain: Int?

  @Option(help: ArgumentHelp("With a description: the network's file in the revisions.", valueName: "path"))
  var network = "network.json"

  @Option(help: ArgumentHelp("With a description: the weights' file in the revisions.", valueName: "path"))
  var weights = "model.safetensors"

  func validate() throws {
    let descriptions = data.filter { !Folder.isFolder($0) }
    if data.count - descriptions.count > 1 { throw ValidationError("Data files lie in one folder: --data names two.") }
    if !descriptions.isEmpty, !certificate.isEmpty {
      throw ValidationError("Name a description (--data FILE) or certificates, not both.")
    }
    if descriptions.isEmpty, !domain.isEmpty || perDomain != nil {
      throw ValidationError("--domain and --per-domain choose rows of a description: --data FILE.")
    }
    if let perDomain, perDomain < 1 { throw ValidationError("--per-domain must be at least 1.") }
  }

  func folder(_ repository: Repository) throws -> DataFolder {
    var option = DataFolderOption()
    option.data = data.first { Folder.isFolder($0) }
    return try option.resolve(repository)
  }

  /// The descriptions that were named, else the data of the certificates in the working folder.
  func load(_ repository: Repository) throws -> [MeasurementData] {
    let folder = try folder(repository)
    let descriptions = data.filter { !Folder.isFolder($0) }
    guard !descriptions.isEmpty else {
      return try MeasurementData.certificates(
        named: certificate, in: .workingFolder(repository), folder: folder,
        hint: "describe a data set, and name it: --data data/NAME.yaml")
    }
    return try descriptions.map { path in
      let file = try OpenFile.openRegular(path)
      let text = String(decoding: try file.read(at: 0, count: try file.byteCount()), as: UTF8.self)
      let dataset = try LoadedData(DatasetDescription.parse(text, name: path), folder: folder).dataset
      let rows = RowSelection(domains: domain.isEmpty ? nil : domain)
      let examples = try dataset.examples(
        MeasurementData.limited(dataset.rowNumbers(rows), of: dataset, perDomain: perDomain),
        threadCount: Environment.threadCount)
      return try MeasurementData(name: dataset.name, examples: examples, networkPath: network, weightsPath: weights)
    }
  }
}

/// Examples, and which files of a revision are run on them.
struct MeasurementData {
  /// Of the data set, or of the certificates that are made of these examples.
  let name: String
  let examples: ExampleSet
  let networkPath: String
  let weightsPath: String

  init(name: String, examples: ExampleSet, networkPath: String, weightsPath: String) throws {
    guard examples.count > 0 else { throw CommandError(.invalidData, "'\(name)' selects no examples") }
    self.name = name
    self.examples = examples
    self.networkPath = networkPath
    self.weightsPath = weightsPath
  }

  /// The data of the certificates that wgit evaluates itself, each once.
  static func certificates(
    named names: [String] = [], in project: ProjectFiles, folder: DataFolder, hint: String
  ) throws -> [MeasurementData] {
    let all: [CertificateFile]
    do {
      all = try CertificateFile.all(named: names, in: project, folder: folder)
    } catch let error as CommandError where error.code == .cannotTest && names.isEmpty {
      throw CommandError(.cannotTest, "there is no certificate whose data could be taken", hint: hint)
    }
    let files = all.filter { $0.certificate.evaluator == .trainer }
    guard !files.isEmpty else {
      throw CommandError(.cannotTest, "no certificate is evaluated by wgit itself: there are no data", hint: hint)
    }
    var groups: [(key: Key, names: [String])] = []
    for file in files.map(\.certificate) {
      let key = Key(file)
      if let place = groups.firstIndex(where: { $0.key == key }) {
        groups[place].names.append(file.name)
      } else {
        groups.append((key, [file.name]))
      }
    }
    var datasets: [(reference: Certificate.DataReference, dataset: ImageDataset)] = []
    return try groups.map { group in
      let known = datasets.first { $0.reference == group.key.data }?.dataset
      let dataset =
        try known
        ?? LoadedData(CertificateData(group.key.data, project: project, folder: folder).description(), folder: folder)
        .dataset
      if known == nil { datasets.append((group.key.data, dataset)) }
      return try MeasurementData(
        name: group.names.joined(separator: ", "),
        examples: dataset.examples(group.key.rows, threadCount: Environment.threadCount),
        networkPath: group.key.networkPath, weightsPath: group.key.weightsPath)
    }
  }

  /// Certificates with the same of these are made of the same examples.
  private struct Key: Equatable {
    let data: Certificate.DataReference
    let rows: RowSelection
    let networkPath: String
    let weightsPath: String

    init(_ certificate: Certificate) {
      data = certificate.data
      rows = certificate.rows
      networkPath = certificate.networkPath
      weightsPath = certificate.weightsPath
    }
  }

  /// The first rows of each domain, as far as there are so many.
  fileprivate static func limited(_ rows: [Int], of dataset: ImageDataset, perDomain: Int?) throws -> [Int] {
    guard let perDomain else { return rows }
    var counts: [Int32: Int] = [:]
    let domains = dataset.domains
    return rows.filter { row in
      counts[domains[row], default: 0] += 1
      return counts[domains[row], default: 0] <= perDomain
    }
  }
}
