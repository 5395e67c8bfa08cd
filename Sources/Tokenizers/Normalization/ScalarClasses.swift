/// Classes of characters as the Rust library `tokenizers` sees them.
///
/// Its tables of categories are those of Unicode 8: characters that are younger belong to no category there, whatever
/// Swift's newer tables say.
/// - Checked by: TokenizerAgreementTests, against tokenizers.
extension Unicode.Scalar {
  private var isInOldTables: Bool { (properties.age?.major ?? .max) <= 8 }

  /// White space of Unicode: what Rust's `char::is_whitespace` says.
  var isWhitespace: Bool { properties.isWhitespace }

  /// Control and format characters and private use, without tabulator and line ends.
  var isRemovedControl: Bool {
    switch value {
    case 0x09, 0x0A, 0x0D: false
    default:
      switch properties.generalCategory {
      case .control, .privateUse: true
      case .format: isInOldTables
      default: false
      }
    }
  }

  /// ASCII symbols, `$` and `^` among them, and all punctuation of Unicode.
  var isBertPunctuation: Bool {
    switch value {
    case 33...47, 58...64, 91...96, 123...126: true
    case 0..<128: false
    default:
      switch properties.generalCategory {
      case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
        .finalPunctuation, .otherPunctuation:
        isInOldTables
      default: false
      }
    }
  }

  /// Accents that stand on the letter before: Mn.
  var isAccent: Bool { properties.generalCategory == .nonspacingMark && isInOldTables }

  /// Ideographs, each of which BERT takes for a word. Kana and Hangul are none.
  var isIdeograph: Bool {
    switch value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
      0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }

  /// \p{L}.
  var isLetter: Bool {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  /// \p{N}.
  var isNumber: Bool {
    switch properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: true
    default: false
    }
  }
}
