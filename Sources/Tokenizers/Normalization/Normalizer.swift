import Foundation

/// What happens to a text before it is cut into words.
package enum Normalizer: Sendable, Hashable {
  case bert(BertNormalizer)
  case lowercase
  /// Leaves out accents: marks without a width of their own.
  case stripAccents
  /// One of Unicode's normal forms.
  case form(Form)
  case sequence([Normalizer])

  package enum Form: String, Sendable, Hashable {
    case nfc = "NFC"
    case nfd = "NFD"
    case nfkc = "NFKC"
    case nfkd = "NFKD"
  }

  package func normalize(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    switch self {
    case .bert(let normalizer): normalizer.normalize(text)
    case .lowercase: Normalizer.lowercased(text)
    case .stripAccents: text.filter { !$0.isAccent }
    case .form(let form): Normalizer.normalForm(form, of: text)
    case .sequence(let normalizers): normalizers.reduce(text) { $1.normalize($0) }
    }
  }

  /// Each character for itself: a Σ at the end of a word becomes σ.
  static func lowercased(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    for scalar in text {
      if scalar.isASCII {
        result.append((65...90).contains(scalar.value) ? Unicode.Scalar(UInt8(scalar.value + 32)) : scalar)
      } else {
        result += scalar.properties.lowercaseMapping.unicodeScalars
      }
    }
    return result
  }

  static func normalForm(_ form: Form, of text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    // Nothing below U+00A0 is changed by any form.
    guard text.contains(where: { $0.value >= 0xA0 }) else { return text }
    var string = String.UnicodeScalarView()
    string.append(contentsOf: text)
    let whole = String(string)
    let normal =
      switch form {
      case .nfc: whole.precomposedStringWithCanonicalMapping
      case .nfd: whole.decomposedStringWithCanonicalMapping
      case .nfkc: whole.precomposedStringWithCompatibilityMapping
      case .nfkd: whole.decomposedStringWithCompatibilityMapping
      }
    return Array(normal.unicodeScalars)
  }
}

/// The normalisation of BERT's tokenizer.
///
/// - Source: J. Devlin et al., "BERT", NAACL 2019, in the form of the Rust library `tokenizers`.
package struct BertNormalizer: Sendable, Hashable {
  /// Leaves out control characters, and makes every kind of white space a space.
  package var cleansText: Bool
  /// Puts spaces around ideographs.
  package var separatesIdeographs: Bool
  package var stripsAccents: Bool
  package var lowercases: Bool

  package init(cleansText: Bool = true, separatesIdeographs: Bool = true, stripsAccents: Bool, lowercases: Bool) {
    self.cleansText = cleansText
    self.separatesIdeographs = separatesIdeographs
    self.stripsAccents = stripsAccents
    self.lowercases = lowercases
  }

  func normalize(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result = cleansText ? BertNormalizer.cleansed(text) : text
    if separatesIdeographs && result.contains(where: \.isIdeograph) {
      result = result.flatMap { $0.isIdeograph ? [" ", $0, " "] : [$0] }
    }
    if stripsAccents { result = Normalizer.normalForm(.nfd, of: result).filter { !$0.isAccent } }
    return lowercases ? Normalizer.lowercased(result) : result
  }

  private static func cleansed(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    for scalar in text {
      switch scalar.value {
      case 0x20...0x7E: result.append(scalar)
      case 0, 0xFFFD: continue
      default:
        guard !scalar.isRemovedControl else { continue }
        result.append(scalar.isWhitespace ? " " : scalar)
      }
    }
    return result
  }
}
