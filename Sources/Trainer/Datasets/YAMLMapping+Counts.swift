import Documents

extension YAMLMapping {
  /// An integer of at least 0.
  package func optionalNaturalNumber(_ key: String) throws -> Int? {
    guard let value = try optionalInteger(key) else { return nil }
    guard value >= 0 else { throw invalidValue(of: key, mustBe: "at least 0") }
    return value
  }

  package func naturalNumber(_ key: String, default preset: Int) throws -> Int {
    try optionalNaturalNumber(key) ?? preset
  }

  package func optionalSeed(_ key: String) throws -> UInt64? {
    try optionalNaturalNumber(key).map(UInt64.init)
  }
}
