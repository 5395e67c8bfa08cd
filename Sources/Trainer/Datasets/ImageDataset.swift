/// Labelled images in rows, each row in a domain and possibly turned.
///
/// Images stay as the files hold them; a row says which image it shows and by what angle. Only rows that are selected
/// are turned.
package struct ImageDataset: Sendable {
  package let name: String
  /// `.image`, one image's shape.
  package let imageShape: ActivationShape
  package let classCount: Int
  /// "all" alone for a data set without domains.
  package let domainNames: [String]
  let rows: [ImageRow]
  /// [images, height, width, channels].
  let pixels: [UInt8]

  package var count: Int { rows.count }

  /// Rows in each domain, in the order of `domainNames`.
  package var domainCounts: [Int] {
    var counts = Array(repeating: 0, count: domainNames.count)
    for row in rows { counts[Int(row.domain)] += 1 }
    return counts
  }

  /// Bytes of one set of examples.
  private static let byteLimit = 1 << 32

  /// The images, labels and domains of some rows.
  ///
  /// - Throws: `TrainerError` with code `resourceLimit` for more than 4 GiB of images.
  package func examples(_ selected: [Int]) throws -> ExampleSet {
    guard selected.count <= Self.byteLimit / imageShape.elementCount else {
      throw TrainerError(
        .resourceLimit,
        "\(selected.count) images of shape \(imageShape) take more than \(Self.byteLimit) bytes")
    }
    return ExampleSet(
      inputShape: imageShape, labels: selected.map { rows[$0].label }, domains: selected.map { rows[$0].domain },
      domainNames: domainNames, pixels: turnedPixels(selected))
  }

  /// The pixels of some rows one after the other, each turned by its angle.
  private func turnedPixels(_ selected: [Int]) -> [UInt8] {
    guard !selected.isEmpty else { return [] }
    let dimensions = imageShape.dimensions
    let imageCount = imageShape.elementCount
    // Rows of a domain share an angle; rows with angles of their own would only fill memory.
    var rotations: [Double: Rotation] = [:]
    return [UInt8](unsafeUninitializedCapacity: selected.count * imageCount) { target, count in
      pixels.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        for (position, index) in selected.enumerated() {
          let row = rows[index]
          let rotation =
            rotations[row.angle]
            ?? Rotation(degrees: row.angle, width: dimensions[2], height: dimensions[1], channels: dimensions[0])
          if rotations.count < 100 { rotations[row.angle] = rotation }
          rotation.apply(from + row.image * imageCount, into: to + position * imageCount)
        }
        count = selected.count * imageCount
      }
    }
  }
}
