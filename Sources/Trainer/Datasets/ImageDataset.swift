/// Labelled images in rows, each row in a domain and possibly turned.
///
/// Images stay as the files hold them; a row says which image it shows and by what angle. Only rows that are selected
/// are turned.
package struct ImageDataset: Sendable {
  struct Row: Sendable, Equatable {
    let image: Int
    let label: Int32
    let domain: Int32
    /// Degrees, counter-clockwise.
    let angle: Double
  }

  package let name: String
  /// `.image`, one image's shape.
  package let imageShape: ActivationShape
  package let classCount: Int
  /// "all" alone for a data set without domains.
  package let domainNames: [String]
  let rows: [Row]
  /// [images, height, width, channels].
  let pixels: [UInt8]

  package var count: Int { rows.count }

  /// Rows in each domain, in the order of `domainNames`.
  package var domainCounts: [Int] {
    var counts = Array(repeating: 0, count: domainNames.count)
    for row in rows { counts[Int(row.domain)] += 1 }
    return counts
  }

  /// The images, labels and domains of some rows.
  package func examples(_ selected: [Int]) -> ExampleSet {
    let dimensions = imageShape.dimensions
    let imageCount = imageShape.elementCount
    var rotations: [Double: Rotation] = [:]
    let selectedPixels = [UInt8](unsafeUninitializedCapacity: selected.count * imageCount) { target, count in
      pixels.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        for (position, index) in selected.enumerated() {
          let row = rows[index]
          let rotation =
            rotations[row.angle]
            ?? Rotation(degrees: row.angle, width: dimensions[2], height: dimensions[1], channels: dimensions[0])
          if rotations.count < 1000 { rotations[row.angle] = rotation }
          rotation.apply(from + row.image * imageCount, into: to + position * imageCount)
        }
        count = selected.count * imageCount
      }
    }
    return ExampleSet(
      inputShape: imageShape, labels: selected.map { rows[$0].label }, domains: selected.map { rows[$0].domain },
      domainNames: domainNames, pixels: selectedPixels)
  }
}
