import Documents
import Tensors

extension DatasetDescription {
  /// Bytes of all images together.
  private static let byteLimit = 1 << 33

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
          "\(file.quoted()) has images of shape \(Array(array.dimensions.dropFirst())), "
            + "\(images[0].quoted()) of \(shape)"
        )
      }
      shape = Array(array.dimensions.dropFirst())
      imageCount += array.dimensions[0]
      guard pixels.count + array.bytes.count <= Self.byteLimit else {
        throw TrainerError(.resourceLimit, "the images of \(name.quoted()) are more than \(Self.byteLimit) bytes")
      }
      if labels.indices.contains(index) {
        fileLabels += try Self.labels(labels[index], count: array.dimensions[0], imageFile: file, in: dataFolder)
      }
      pixels = pixels.isEmpty ? array.bytes : pixels + array.bytes
    }
    let dimensions = shape ?? []
    guard dimensions.count >= 2, dimensions.allSatisfy({ $0 > 0 }) else {
      throw TrainerError(.malformedDataFile, "\(images[0].quoted()) has images of the empty shape \(dimensions)")
    }
    let kept = try labelledImages(fileLabels, imageCount: imageCount)
    return ImageDataset(
      name: name,
      imageShape: .image(
        channels: dimensions.count == 3 ? dimensions[2] : 1, height: dimensions[0], width: dimensions[1]),
      classCount: classCount, domainNames: transform?.domainNames ?? ["all"],
      rows: try transform?.rows(kept) ?? kept.map { ImageRow(image: $0.image, label: $0.label, domain: 0, angle: 0) },
      pixels: pixels)
  }

  private static func images(_ file: String, in folder: DataFolder) throws -> IDX {
    let array = try IDX(fileBytes: DataFolder.read(try folder.resolve(file)), name: file)
    guard (3...4).contains(array.dimensions.count) else {
      throw TrainerError(
        .malformedDataFile,
        "\(file.quoted()) has shape \(array.dimensions), images have shape [N, H, W] or [N, H, W, C]")
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
        "\(file.quoted()) has labels of shape \(array.dimensions), \(imageFile.quoted()) has \(count) images")
    }
    return array.bytes
  }

  /// The images that stay, in their order after shuffle, slice and relabel, with their labels.
  private func labelledImages(_ fileLabels: [UInt8], imageCount: Int) throws -> [LabelledImage] {
    var order = Array(0..<imageCount)
    if let shuffleSeed {
      order = CounterRandom(seed: shuffleSeed, stream: "shuffle").permutation(count: imageCount)
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
    let kept = order[firstRow...].prefix(rowLimit ?? order.count)
    if transform?.ownClassCount != nil { return kept.map { LabelledImage(image: $0, label: 0) } }
    return try kept.compactMap { image in
      let label = Int(fileLabels[image])
      if let relabel { return relabel[label].map { LabelledImage(image: image, label: Int32($0)) } }
      guard label < classCount else {
        throw TrainerError(
          .labelOutOfRange, "row \(image) of data set \(name.quoted()) has label \(label), classes are \(classCount)")
      }
      return LabelledImage(image: image, label: Int32(label))
    }
  }
}
