import ArgumentParser
import Documents
import Trainer
import WeightStore

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Check a data set and show what it holds.",
    usage: "wgit data [<options>] <file>",
    discussion: """
      The file describes a data set:

        name: digits
        format: idx               # npy, npz, safetensors, csv, tsv, folder, text
        images: train-images-idx3-ubyte.gz
        labels: train-labels-idx1-ubyte.gz
        classes: 10

      Every row is read, decoded and transformed as a network takes it in evaluation, so that what is wrong is found now. \
      Shown are rows, classes, domains, shape, the mean and deviation of each channel, and the id that recipes name the \
      data set by: the SHA-256 of its description and files.

      Examples:
        wgit data data/rotated.yaml
        wgit data data/pacs.yaml --data ~/datasets --json
      """)

  @OptionGroup var dataFolder: DataFolderOption
  @OptionGroup var output: JSONOption

  @Argument(help: "The description of the data set.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String

  func run() throws {
    let source = try OpenFile.open(file, flags: 0)
    let bytes = try source.read(at: 0, count: try source.byteCount())
    let description = try DatasetDescription.parse(String(decoding: bytes, as: UTF8.self), name: file)
    let folder = try dataFolder.resolve()
    let view = try description.isText ? texts(description, folder) : images(description, folder)
    if output.json { output.print(view.json) } else { view.print() }
  }

  private func images(_ description: DatasetDescription, _ folder: DataFolder) throws -> DatasetView {
    let dataset = try description.load(dataFolder: folder)
    let summary = try DatasetSummary(dataset, threadCount: Environment.threadCount)
    let files = try LoadedData.digests(of: description, in: folder)
    return DatasetView(
      name: dataset.name, id: LoadedData.id(of: description, files), files: files,
      shape: dataset.imageShape.dimensions, classNames: dataset.classNames, domainNames: dataset.domainNames,
      counts: summary.counts, channels: summary.channels)
  }

  private func texts(_ description: DatasetDescription, _ folder: DataFolder) throws -> DatasetView {
    let dataset = try description.loadTexts(dataFolder: folder)
    let files = try LoadedData.digests(of: description, in: folder)
    var counts = Array(repeating: Array(repeating: 0, count: dataset.classCount), count: dataset.domainNames.count)
    for (domain, label) in zip(dataset.domains, dataset.labels) { counts[Int(domain)][Int(label)] += 1 }
    return DatasetView(
      name: dataset.name, id: LoadedData.id(of: description, files), files: files, shape: nil,
      classNames: dataset.classNames, domainNames: dataset.domainNames, counts: counts, channels: [])
  }
}
