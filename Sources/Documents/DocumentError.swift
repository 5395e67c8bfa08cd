/// A fact about a structured text that was refused, with the place where it went wrong.
package struct DocumentError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of failure, for programs to act on.
  package enum Code: String, Hashable, Sendable {
    /// The text breaks the grammar.
    case syntax
    /// A string holds bytes that are not UTF-8, or an escape that is half of a surrogate pair.
    case invalidUnicode
    /// An object or mapping holds one key twice.
    case duplicateKey
    /// Containers are nested deeper than the limit.
    case tooDeep
    /// The text is longer than the limit.
    case tooLarge
    /// A number has no finite value.
    case numberOutOfRange
    /// The text goes on after its end, or holds a second document.
    case trailingContent
    /// The text uses a feature of YAML that is not read: anchors, aliases, tags, keys that are not scalars.
    case unsupportedFeature
    /// A key that must be there is not.
    case missingKey
    /// A value has another type than its key needs.
    case wrongType
    /// A value has the right type, but its reader refuses it.
    case invalidValue
    /// A key that no reader asked for.
    case unknownKey
  }

  package let code: Code
  /// What failed, with the subject quoted and the numbers; without the place.
  package let message: String
  /// The file or other source of the text, if known.
  package var name: String?
  /// Line, from 1.
  package let line: Int?
  /// Column in characters (Unicode scalars), from 1.
  package let column: Int?
  /// Offset in bytes, from 0.
  package let offset: Int?
  /// The key concerned, for `missingKey`, `wrongType`, `invalidValue`, `unknownKey`, `duplicateKey`.
  package let key: String?
  /// For `unknownKey`: the keys that would have been understood, to suggest the nearest.
  package let knownKeys: [String]

  package init(
    _ code: Code, _ message: String, name: String? = nil, line: Int? = nil, column: Int? = nil, offset: Int? = nil,
    key: String? = nil, knownKeys: [String] = []
  ) {
    self.code = code
    self.message = message
    self.name = name
    self.line = line
    self.column = column
    self.offset = offset
    self.key = key
    self.knownKeys = knownKeys
  }

  /// For example `recipe.yaml:3:7: "seed" must be an integer, found the string "x"`.
  package var description: String {
    let place = [name, line.map(String.init), line == nil ? nil : column.map(String.init)].compactMap { $0 }
    return place.isEmpty ? message : place.joined(separator: ":") + ": " + message
  }
}
