import Documents
import Tensors

/// A task that needs no labels, to tell by which angle an image was turned: `label-by: {rotate: [0, 90, 180, 270],
/// seed: 0}`.
///
/// Image i is turned by one of the angles, draw i of CounterRandom(seed, stream "label-by/rotate"), and its label is
/// the angle's index.
/// Source: S. Gidaris, P. Singh, N. Komodakis, "Unsupervised representation learning by predicting image rotations",
/// ICLR 2018.
package struct RotationLabels: RowMaker {
  package static let key = "label-by"
  package static let kind = "rotate"

  private let degrees: [Double]
  private let seed: UInt64

  package init(yaml: YAMLMapping) throws {
    degrees = try yaml.numbers("rotate")
    guard degrees.count >= 2 else { throw yaml.invalidValue(of: "rotate", mustBe: "two angles or more") }
    seed = try yaml.optionalSeed("seed") ?? 0
  }

  package var labelRule: LabelRule { .made(classCount: degrees.count) }

  package func rows(_ images: [LabelledImage]) -> [ImageRow] {
    let random = CounterRandom(seed: seed, stream: "label-by/rotate")
    return images.enumerated().map { index, row in
      let choice = random.integer(at: UInt64(index), below: degrees.count)
      return ImageRow(image: row.image, label: Int32(choice), domain: row.domain, edit: .turn(degrees: degrees[choice]))
    }
  }
}
