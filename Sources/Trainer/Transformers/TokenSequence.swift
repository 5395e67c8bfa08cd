/// The tokens of a text, with what stands around them, or of a pair of texts.
package struct TokenSequence: Sendable, Equatable {
  package let ids: [Int32]
  /// As many as ids.
  package let typeIDs: [Int32]

  /// - Throws: `TrainerError.inputOutOfRange` with the place for ids or types that the encoder has no row for, and for
  ///   sequences that are empty or too long.
  package init(ids: [Int32], typeIDs: [Int32], for configuration: EncoderConfiguration) throws {
    precondition(ids.count == typeIDs.count)
    guard !ids.isEmpty, ids.count <= configuration.maximumTokenCount else {
      throw TrainerError(
        .inputOutOfRange, "it has \(ids.count) tokens, the model takes 1 to \(configuration.maximumTokenCount)")
    }
    for (place, id) in ids.enumerated() where id < 0 || id >= configuration.vocabularySize {
      throw TrainerError(
        .inputOutOfRange,
        "token \(place) has id \(id), which is outside of the model's vocabulary of \(configuration.vocabularySize)")
    }
    for (place, type) in typeIDs.enumerated() where type < 0 || type >= max(1, configuration.typeCount) {
      throw TrainerError(
        .inputOutOfRange, "token \(place) has type \(type), the model has \(configuration.typeCount)")
    }
    self.ids = ids
    self.typeIDs = typeIDs
  }

  /// As `ActivationShape.tokens` lays it out: [1 + 2 limit].
  func write(to row: UnsafeMutablePointer<Float>, limit: Int) {
    row[0] = Float(ids.count)
    for place in 0..<limit {
      row[1 + place] = place < ids.count ? Float(ids[place]) : 0
      row[1 + limit + place] = place < ids.count ? Float(typeIDs[place]) : 0
    }
  }
}
