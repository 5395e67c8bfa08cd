/// Sequences of tokens one after the other, without padding between them.
package struct PackedTokens: Sendable, Equatable {
  /// Of all sequences.
  package private(set) var ids: [Int32] = []
  /// As many as ids.
  package private(set) var typeIDs: [Int32] = []
  /// Where each sequence begins, and after the last one the number of ids.
  package private(set) var starts: [Int] = [0]

  package init() {}

  package var sequenceCount: Int { starts.count - 1 }
  package var tokenCount: Int { ids.count }
  /// Over all sequences, the sum of length².
  var pairCount: Int { (0..<sequenceCount).reduce(0) { $0 + length($1) * length($1) } }

  package func length(_ sequence: Int) -> Int { starts[sequence + 1] - starts[sequence] }

  /// - Throws: `TrainerError.inputOutOfRange` with the place for ids or types that the encoder has no row for, and for
  ///   sequences that are empty or too long.
  package mutating func append(ids new: [Int32], typeIDs types: [Int32], for configuration: EncoderConfiguration) throws
  {
    precondition(new.count == types.count)
    let row = sequenceCount
    guard !new.isEmpty, new.count <= configuration.maximumTokenCount else {
      throw TrainerError(
        .inputOutOfRange,
        "sequence \(row) has \(new.count) tokens, the model takes 1 to \(configuration.maximumTokenCount)")
    }
    for (place, id) in new.enumerated() where id < 0 || id >= configuration.vocabularySize {
      throw TrainerError(
        .inputOutOfRange,
        "sequence \(row), token \(place): id \(id) is outside of the vocabulary of \(configuration.vocabularySize)")
    }
    for (place, type) in types.enumerated() where type < 0 || type >= max(1, configuration.typeCount) {
      throw TrainerError(
        .inputOutOfRange, "sequence \(row), token \(place): type \(type), the model has \(configuration.typeCount)")
    }
    ids += new
    typeIDs += types
    starts.append(ids.count)
  }
}
