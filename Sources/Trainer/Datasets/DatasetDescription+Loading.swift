import Tensors

extension DatasetDescription {
  /// Rows of all transforms together.
  private static let rowLimit = 1 << 28

  /// Reads the files and lays out the rows.
  ///
  /// - Throws: `TrainerError` with code `dataFileMissing`, `malformedDataFile`, `labelOutOfRange` or `resourceLimit`.
  package func load(dataFolder: DataFolder) throws -> ImageDataset {
    var pixels: [UInt8] = []
    var shape: [Int]?
    var fileLabels: [UInt8] = []
    var imageCount = 0
    for (index, file) in images.enumerated() {
      let array = try Self.images(file, in: dataFolder)
      if let shape, shape != Array(array.dimensions.dropFirst()) {
        throw TrainerError(
          .malformedDataFile,
          "\"\(file)\" has images of shape \(Array(array.dimensions.dropFirst())), \"\(images[0])\" of \(shape)")
      }
      shape = Array(array.dimensions.dropFirst())
      imageCount += array.dimensions[0]
      if labels.indices.contains(index) {
        fileLabels += try Self.labels(labels[index], count: array.dimensions[0], imageFile: file, in: dataFolder)
      }
      pixels = pixels.isEmpty ? array.bytes : pixels + array.bytes
    }
    let dimensions = shape ?? []
    guard dimensions.count >= 2, dimensions.allSatisfy({ $0 > 0 }) else {
      throw TrainerError(.malformedDataFile, "\"\(images[0])\" has images of the empty shape \(dimensions)")
    }
    return ImageDataset(
      name: name,
      imageShape: .image(
        channels: dimensions.count == 3 ? dimensions[2] : 1, height: dimensions[0], width: dimensions[1]),
      classCount: classCount, domainNames: transform.domainNames,
      rows: try layOut(try labelledImages(fileLabels, imageCount: imageCount)), pixels: pixels)
  }

  private static func images(_ file: String, in folder: DataFolder) throws -> IDX {
    let array = try IDX(fileBytes: DataFolder.read(try folder.resolve(file)), name: file)
    guard (3...4).contains(array.dimensions.count) else {
      throw TrainerError(
        .malformedDataFile, "\"\(file)\" has shape \(array.dimensions), images have shape [N, H, W] or [N, H, W, C]")
    }
    return array
  }

  private static func labels(
    _ file: String, count: Int, imageFile: String, in folder: DataFolder
  ) throws -> [UInt8] {
    let array = try IDX(fileBytes: DataFolder.read(try folder.resolve(file)), name: file)
    guard array.dimensions == [count] else {
      throw TrainerError(
        .malformedDataFile,
        "\"\(file)\" has labels of shape \(array.dimensions), \"\(imageFile)\" has \(count) images")
    }
    return array.bytes
  }

  /// The images that stay, in their order after shuffle, slice and relabel, with their labels.
  private func labelledImages(_ fileLabels: [UInt8], imageCount: Int) throws -> [(image: Int, label: Int32)] {
    var order = Array(0..<imageCount)
    if let shuffleSeed {
      order = CounterRandom(seed: shuffleSeed, stream: "shuffle").permutation(count: imageCount)
    }
    guard firstRow <= order.count else {
      throw TrainerError(
        .insufficientRows, "data set \"\(name)\" has \(order.count) rows, none from row \(firstRow) on")
    }
    if let rowLimit, rowLimit > order.count - firstRow {
      throw TrainerError(
        .insufficientRows,
        "data set \"\(name)\" has \(order.count) rows, not \(rowLimit) from row \(firstRow) on")
    }
    let kept = order[firstRow...].prefix(rowLimit ?? order.count)
    if case .labelByRotation = transform { return kept.map { ($0, 0) } }
    return try kept.compactMap { image in
      let label = Int(fileLabels[image])
      if let relabel { return relabel[label].map { (image, Int32($0)) } }
      guard label < classCount else {
        throw TrainerError(
          .labelOutOfRange, "row \(image) of data set \"\(name)\" has label \(label), classes are \(classCount)")
      }
      return (image, Int32(label))
    }
  }

  private func layOut(_ images: [(image: Int, label: Int32)]) throws -> [ImageDataset.Row] {
    switch transform {
    case .none:
      return images.map { ImageDataset.Row(image: $0.image, label: $0.label, domain: 0, angle: 0) }
    case .domains(_, let degrees):
      return images.enumerated().map { index, row in
        let domain = index % degrees.count
        return ImageDataset.Row(image: row.image, label: row.label, domain: Int32(domain), angle: degrees[domain])
      }
    case .augment(let from, let to, let copies, let seed):
      guard images.count <= Self.rowLimit / copies else {
        throw TrainerError(
          .resourceLimit, "\(copies) copies of \(images.count) rows are more than \(Self.rowLimit) rows")
      }
      let random = CounterRandom(seed: seed, stream: "augment/rotate")
      return (0..<copies * images.count).map { draw in
        let row = images[draw % images.count]
        let angle = from + (to - from) * random.uniform(at: UInt64(draw))
        return ImageDataset.Row(image: row.image, label: row.label, domain: 0, angle: angle)
      }
    case .labelByRotation(let degrees, let seed):
      let random = CounterRandom(seed: seed, stream: "label-by/rotate")
      return images.enumerated().map { index, row in
        let choice = random.integer(at: UInt64(index), below: degrees.count)
        return ImageDataset.Row(image: row.image, label: Int32(choice), domain: 0, angle: degrees[choice])
      }
    }
  }
}

extension DatasetTransform {
  var domainNames: [String] {
    if case .domains(let names, _) = self { names } else { ["all"] }
  }
}
