import Documents

/// One domain for each angle: `domains: {rotate: [0, 15, 30, 45, 60, 75]}`.
///
/// With k angles, row i goes to domain i mod k and is turned by that domain's angle. Domains are named by the numbers
/// as written.
/// Source: RotatedMNIST of DomainBed (I. Gulrajani, D. Lopez-Paz, "In search of lost domain generalization", ICLR
/// 2021).
package struct RotatedDomains: RowMaker {
  package static let key = "domains"
  package static let kind = "rotate"

  private let names: [String]
  private let degrees: [Double]

  package init(yaml: YAMLMapping) throws {
    names = try yaml.strings("rotate")
    degrees = try yaml.numbers("rotate")
    guard !degrees.isEmpty, Set(degrees).count == degrees.count else {
      throw yaml.invalidValue(of: "rotate", mustBe: "a list of different angles")
    }
  }

  package var domainNames: [String]? { names }

  package func rows(_ images: [LabelledImage]) -> [ImageRow] {
    images.enumerated().map { index, row in
      let domain = index % degrees.count
      return ImageRow(image: row.image, label: row.label, domain: Int32(domain), edit: .turn(degrees: degrees[domain]))
    }
  }
}
