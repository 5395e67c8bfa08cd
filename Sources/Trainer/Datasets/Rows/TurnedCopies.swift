import Documents
import Tensors

/// Every image turned by an angle of its own: `augment: {rotate: {from: -90, to: 90}, copies: 4, seed: 0}`.
///
/// Every image stands `copies` times (1 unless given), all images of the first copy before those of the second. The
/// angle is uniform in [from, to): draw copy x images + image of CounterRandom(seed, stream "augment/rotate").
package struct TurnedCopies: RowMaker {
  package static let key = "augment"
  package static let kind = "rotate"

  private static let copyLimit = 1000
  private static let rowLimit = 1 << 28

  private let fromDegrees: Double
  private let toDegrees: Double
  private let copyCount: Int
  private let seed: UInt64

  package init(yaml: YAMLMapping) throws {
    let range = try yaml.mapping("rotate")
    (fromDegrees, toDegrees) = (try range.number("from"), try range.number("to"))
    guard fromDegrees <= toDegrees else {
      throw range.invalidValue(of: "to", mustBe: "at least \"from\", \(fromDegrees)")
    }
    copyCount = try yaml.naturalNumber("copies", default: 1)
    guard (1...Self.copyLimit).contains(copyCount) else {
      throw yaml.invalidValue(of: "copies", mustBe: "between 1 and \(Self.copyLimit)")
    }
    seed = try yaml.optionalSeed("seed") ?? 0
  }

  package func rows(_ images: [LabelledImage]) throws -> [ImageRow] {
    guard images.count <= Self.rowLimit / copyCount else {
      throw TrainerError(
        .resourceLimit, "\(copyCount) copies of \(images.count) images are more than \(Self.rowLimit) rows")
    }
    let random = CounterRandom(seed: seed, stream: "augment/rotate")
    return (0..<copyCount * images.count).map { draw in
      let row = images[draw % images.count]
      let angle = fromDegrees + (toDegrees - fromDegrees) * random.uniform(at: UInt64(draw))
      return ImageRow(image: row.image, label: row.label, domain: row.domain, edit: .turn(degrees: angle))
    }
  }
}
