import Documents
import Tensors

extension DatasetDescription {
  /// Reads what has to be read of the files and lays out the rows.
  ///
  /// - Throws: `TrainerError` with code `dataFileMissing`, `malformedDataFile`, `labelOutOfRange`, `insufficientRows` or
  ///   `resourceLimit`.
  package func load(dataFolder: DataFolder) throws -> ImageDataset {
    let files = try format.read(from: dataFolder)
    if files.domains != nil, rowMaker?.domainNames != nil {
      throw TrainerError(
        .malformedDescription, "the files of data set \(name.quoted()) have domains, the description makes others")
    }
    let (classCount, classNames) = try classes(of: files)
    let kept = try labelledImages(files, classCount: classCount)
    let domainNames = rowMaker?.domainNames ?? files.domains?.names ?? ["all"]
    let rows =
      try rowMaker?.rows(kept) ?? kept.map { ImageRow(image: $0.image, label: $0.label, domain: $0.domain) }
    let pipeline = try PixelPipeline(
      files.images, rowMaker: rowMaker, transforms: transforms, normalization: normalization, datasetName: name,
      domainNames: domainNames, rows: rows)
    return ImageDataset(
      name: name, imageShape: pipeline.outputShape, classCount: classCount, classNames: classNames,
      domainNames: domainNames, rows: rows, pipeline: pipeline)
  }

  /// Reads a data set of texts.
  ///
  /// - Throws: as `load`; `malformedDescription` for a data set of anything else.
  package func loadTexts(dataFolder: DataFolder) throws -> TextDataset {
    let files = try format.read(from: dataFolder)
    guard let store = files.images as? TextStore else {
      throw TrainerError(.malformedDescription, "data set \(name.quoted()) is not of texts")
    }
    let (classCount, classNames) = try classes(of: files)
    let kept = try labelledImages(files, classCount: classCount)
    return TextDataset(
      name: name, texts: kept.map { store.texts[$0.image] }, labels: kept.map(\.label), domains: kept.map(\.domain),
      classCount: classCount, classNames: classNames, domainNames: files.domains?.names ?? ["all"])
  }

  /// Whether the rows are texts: `loadTexts` reads them.
  package var isText: Bool { format is TextFormat }

  private func classes(of files: FileExamples) throws -> (Int, [String]?) {
    let names = classNames ?? (rowMaker?.labelRule ?? .kept == .kept && relabel == nil ? files.classNames : nil)
    guard let count = classCount ?? names?.count else {
      throw TrainerError(
        .malformedDescription,
        "the files of data set \(name.quoted()) do not name their classes: say how many, \"classes: 10\"")
    }
    guard names.map({ $0.count == count }) ?? true else {
      throw TrainerError(
        .malformedDescription,
        "data set \(name.quoted()) is said to have \(count) classes, its files have \(names?.count ?? 0)")
    }
    return (count, names)
  }

  /// The images that stay, in their order after shuffle, slice and relabel, with their labels.
  private func labelledImages(_ files: FileExamples, classCount: Int) throws -> [LabelledImage] {
    var order = Array(0..<files.images.count)
    if let shuffleSeed {
      order = CounterRandom(seed: shuffleSeed, stream: "shuffle").permutation(count: files.images.count)
    }
    guard firstRow <= order.count else {
      throw TrainerError(
        .insufficientRows, "data set \(name.quoted()) has \(order.count) rows, none from row \(firstRow) on")
    }
    if let rowLimit, rowLimit > order.count - firstRow {
      throw TrainerError(
        .insufficientRows,
        "data set \(name.quoted()) has \(order.count) rows, not \(rowLimit) from row \(firstRow) on")
    }
    let rule = rowMaker?.labelRule ?? .kept
    let kept: [LabelledImage] = try order[firstRow...].prefix(rowLimit ?? order.count).compactMap { image in
      let domain = files.domains?.indices[image] ?? 0
      guard rule.needsFileLabels else { return LabelledImage(image: image, label: 0, domain: domain) }
      let label = files.labels[image]
      if let relabel {
        return relabel[label].map { LabelledImage(image: image, label: Int32($0), domain: domain) }
      }
      // Labels that others are derived from need not be below the number of classes.
      let bound = rule == .kept ? classCount : Int(Int32.max)
      guard (0..<bound).contains(label) else {
        throw TrainerError(
          .labelOutOfRange,
          "row \(image) of data set \(name.quoted()) has label \(label)"
            + (rule == .kept ? ", classes are \(classCount)" : ""))
      }
      return LabelledImage(image: image, label: Int32(label), domain: domain)
    }
    guard !kept.isEmpty else { throw TrainerError(.insufficientRows, "data set \(name.quoted()) has no rows") }
    return kept
  }
}
