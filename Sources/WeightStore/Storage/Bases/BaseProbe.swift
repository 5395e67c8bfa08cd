/// A look at a few chunks of a new checkpoint, before it is stored: which stored version it is nearest to, and whether it is
/// a linear combination of several.
///
/// A checkpoint need not continue the version that lies beside it: it may have been trained from another branch, or merged
/// from several, by any program.
struct BaseProbe {
  struct Outcome {
    /// Position in the versions that were given.
    let nearest: Int
    /// Whether to look for coefficients for every tensor.
    let isCombination: Bool
  }

  /// Tensors that are looked at, the largest ones.
  private static let tensorCount = 2
  /// Another version, or a combination, must take less than this share of what the first version takes.
  private static let worthwhileShare = 0.9

  let store: ObjectStore
  /// The likeliest first.
  let versions: [BaseCatalog.File]

  /// - Parameter source: the new checkpoint.
  /// - Returns: `nil` if there is nothing to choose from.
  func run(_ source: some ByteSource, tensors: [Manifest.Tensor], ranges: [Range<Int>]) throws -> Outcome? {
    guard versions.count > 1 else { return nil }
    var shares = [Double](repeating: 0, count: versions.count)
    var combined = 0.0
    var lookedAt = 0
    for index in tensors.indices.sorted(by: { ranges[$0].count > ranges[$1].count }) {
      guard lookedAt < BaseProbe.tensorCount else { break }
      guard case .elements(let layout) = ChunkLayout(dtype: tensors[index].dtype), layout.isFloat,
        let piece = try newPiece(source, ranges[index], layout)
      else { continue }
      lookedAt += 1
      let choice = BaseChoice(store: store)
      var nearest = 1.0
      for (position, version) in versions.enumerated() {
        let chunks = version.chunks(named: TensorName(tensors[index].name), dtype: tensors[index].dtype)
        let share = chunks.map { choice.share(of: piece, on: $0, layout: layout) } ?? 1
        shares[position] += share
        nearest = min(nearest, share)
      }
      let runs = versions.compactMap { $0.run(like: tensors[index]) }
      combined += min(nearest, choice.fittedShare(of: piece, on: runs, layout: layout))
    }
    guard lookedAt > 0, let nearest = shares.indices.min(by: { shares[$0] < shares[$1] }) else { return nil }
    let isOther = shares[nearest] < BaseProbe.worthwhileShare * shares[0]
    return Outcome(
      nearest: isOther ? nearest : 0,
      isCombination: combined < BaseProbe.worthwhileShare * shares[isOther ? nearest : 0])
  }

  /// The first chunk of a tensor, if the repository does not have it.
  private func newPiece(
    _ source: some ByteSource, _ range: Range<Int>, _ layout: ElementLayout
  ) throws -> BaseChoice.Piece? {
    guard let first = ChunkGrid.chunks(of: range).first else { return nil }
    let bytes = try source.read(at: first.lowerBound, count: first.count)
    guard bytes.count.isMultiple(of: layout.width), try !store.contains(ObjectID<Blob>(SHA256.digest(of: bytes))) else {
      return nil
    }
    return BaseChoice.Piece(bytes: bytes, layout: .elements(layout), index: 0)
  }
}
