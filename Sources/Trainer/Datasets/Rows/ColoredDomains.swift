import Documents
import Tensors

/// Gray images coloured by their label, in each domain with another chance of the wrong colour, so that colour is a
/// better clue than shape where a network trains and a misleading one elsewhere:
/// `domains: {color: [0.1, 0.2, 0.9], label-noise: 0.25, below: 5, seed: 0}`.
///
/// With k chances, row i goes to domain i mod k. Its label is 1 for a class below `below` (5 unless given), else 0; then
/// it is flipped with probability `label-noise` (0.25 unless given). Its colour is its label, flipped with the domain's
/// chance; the image stands in the channel of that number of two, and the other is black. Domains are named by the
/// chances as written. With `subsample: 2` every second row and column of pixels is taken, which makes 14 x 14 of 28 x
/// 28.
///
/// Determinism: the flip of row i's label is draw i of CounterRandom(seed, stream "domains/color/label"), that of its
/// colour draw i of stream "domains/color/color"; it flips if the draw is below the probability.
/// Source: M. Arjovsky, L. Bottou, I. Gulrajani, D. Lopez-Paz, "Invariant risk minimization", 2019, as DomainBed's
/// ColoredMNIST builds it.
/// Checked by: ColoredDomainsTests.
package struct ColoredDomains: RowMaker {
  package static let key = "domains"
  package static let kind = "color"

  private let names: [String]
  private let chances: [Double]
  private let labelNoise: Double
  private let classBound: Int
  private let stride: Int
  private let seed: UInt64

  package init(yaml: YAMLMapping) throws {
    names = try yaml.strings("color")
    chances = try yaml.numbers("color")
    guard !chances.isEmpty, chances.allSatisfy({ (0...1).contains($0) }), Set(names).count == names.count else {
      throw yaml.invalidValue(of: "color", mustBe: "a list of different chances from 0 to 1")
    }
    labelNoise = try yaml.optionalNumber("label-noise") ?? 0.25
    guard (0...1).contains(labelNoise) else { throw yaml.invalidValue(of: "label-noise", mustBe: "between 0 and 1") }
    classBound = try yaml.naturalNumber("below", default: 5)
    stride = try yaml.naturalNumber("subsample", default: 1)
    guard (1...16).contains(stride) else { throw yaml.invalidValue(of: "subsample", mustBe: "between 1 and 16") }
    seed = try yaml.optionalSeed("seed") ?? 0
  }

  package var domainNames: [String]? { names }
  package var labelRule: LabelRule { .derived(classCount: 2) }

  package func editedShape(of shape: ActivationShape) throws -> ActivationShape {
    guard case .image(channels: 1, let height, let width) = shape else {
      throw TrainerError(.shapeMismatch, "\"domains: {color: …}\" is for gray images, not for shape \(shape)")
    }
    return .image(channels: 2, height: (height + stride - 1) / stride, width: (width + stride - 1) / stride)
  }

  package func rows(_ images: [LabelledImage]) -> [ImageRow] {
    let labelDraws = CounterRandom(seed: seed, stream: "domains/color/label")
    let colorDraws = CounterRandom(seed: seed, stream: "domains/color/color")
    return images.enumerated().map { index, row in
      let domain = index % chances.count
      let isFlipped = labelDraws.uniform(at: UInt64(index)) < labelNoise
      let label = (row.label < classBound) != isFlipped
      let color = label != (colorDraws.uniform(at: UInt64(index)) < chances[domain])
      return ImageRow(
        image: row.image, label: label ? 1 : 0, domain: Int32(domain),
        edit: .color(channel: color ? 1 : 0, stride: UInt8(stride)))
    }
  }
}
