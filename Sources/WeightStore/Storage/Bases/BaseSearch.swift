import Tensors

/// Finds candidates for the tensors of one new checkpoint.
///
/// The tensor of the same name in the previous version of the file comes first; then those of the same name in other
/// checkpoints (the file was renamed, or its tensors were spread over other files); then those of other names and the
/// same dtype and shape (tensors were renamed, layers inserted or dropped).
final class BaseSearch {
  /// Same-named tensors of this many other checkpoints.
  private static let sameNameLimit = 5
  /// Tensors of other types of this many checkpoints.
  private static let castLimit = 3
  /// How far around the same place among the tensors of one kind names are compared.
  private static let reach = 32

  private let catalog: BaseCatalog
  private let path: RelativePath
  private let tensors: [Manifest.Tensor]
  private let names: Set<TensorName>
  private var previous: BaseCatalog.File?
  /// What the tensors may be combinations of.
  private var versions: [BaseCatalog.File] = []
  private lazy var others = catalog.others(than: path)
  private lazy var places = BaseSearch.places(tensors)

  init(_ catalog: BaseCatalog, path: RelativePath, tensors: [Manifest.Tensor]) {
    self.catalog = catalog
    self.path = path
    self.tensors = tensors
    names = Set(tensors.map { TensorName($0.name) })
    previous = catalog.previous(of: path)
  }

  /// Looks at the new checkpoint itself, to compare it with the versions of other branches too.
  func probe(_ source: some ByteSource, ranges: [Range<Int>], store: ObjectStore) throws {
    let versions = catalog.versions(of: path, limit: BaseCatalog.versionLimit)
    let probe = BaseProbe(store: store, versions: versions)
    guard let outcome = try probe.run(source, tensors: tensors, ranges: ranges) else { return }
    previous = versions[outcome.nearest]
    if outcome.isCombination { self.versions = versions }
  }

  /// Whether the checkpoint is a combination of several versions.
  var isCombination: Bool { !versions.isEmpty }

  /// The tensor of the same name in all versions that the checkpoint may be a combination of.
  func ingredients(for index: Int) -> [LinearFormula.Run] {
    var seen: Set<LinearFormula.Run> = []
    return versions.compactMap { $0.run(like: tensors[index]) }.filter { seen.insert($0).inserted }
  }

  func tiers(for index: Int) -> [[BaseCandidates.Chunks]] {
    let tensor = tensors[index]
    let name = TensorName(tensor.name)
    var seen: Set<BaseCandidates.Chunks> = []
    let own = distinct([previous?.chunks(named: name, dtype: tensor.dtype)], limit: 1, &seen)
    // With an earlier version at hand, the other checkpoints need not be read.
    let files = own.isEmpty ? others : [previous].compactMap { $0 }
    let sameName = distinct(
      files.lazy.map { $0.chunks(named: name, dtype: tensor.dtype) }, limit: BaseSearch.sameNameLimit, &seen)
    let sameKind = distinct(
      sameKind(index, in: files), limit: BaseCandidates.limit - own.count - sameName.count, &seen)
    return [own, sameName, sameKind]
  }

  /// The tensor of the same name as another floating-point type: a cast of it, or of which it is a cast.
  ///
  /// With an earlier version at hand, of the same type, only files stored just now are asked: the two are made together.
  func formulas(for index: Int) -> [LinearFormula] {
    let tensor = tensors[index]
    guard case .elements(let layout) = ChunkLayout(dtype: tensor.dtype), layout.isFloat else { return [] }
    let own = previous?.chunks(named: TensorName(tensor.name), dtype: tensor.dtype)
    let files = own == nil ? [previous].compactMap { $0 } + others : catalog.pending
    var found: [LinearFormula.Run] = []
    for case .some(let run) in files.lazy.map({ $0.cast(of: tensor) }) where !found.contains(run) {
      found.append(run)
      if found.count == BaseSearch.castLimit { break }
    }
    return found.map { LinearFormula([LinearFormula.Term(coefficient: 1, run: $0)]) }
  }

  private func distinct(
    _ candidates: some Sequence<BaseCandidates.Chunks?>, limit: Int, _ seen: inout Set<BaseCandidates.Chunks>
  ) -> [BaseCandidates.Chunks] {
    var chosen: [BaseCandidates.Chunks] = []
    for case .some(let candidate) in candidates where seen.insert(candidate).inserted {
      chosen.append(candidate)
      if chosen.count == limit { break }
    }
    return chosen
  }

  private struct Ranked {
    /// No tensor of the new checkpoint has this name.
    let isLeftOver: Bool
    let likeness: Int
    let distance: Int
    let chunks: BaseCandidates.Chunks

    static func isBefore(_ left: Ranked, _ right: Ranked) -> Bool {
      if left.isLeftOver != right.isLeftOver { return left.isLeftOver }
      return (right.likeness, left.distance) < (left.likeness, right.distance)
    }
  }

  /// Tensors of the same dtype and shape, the likeliest first.
  private func sameKind(_ index: Int, in files: [BaseCatalog.File]) -> [BaseCandidates.Chunks] {
    let tensor = tensors[index]
    let name = Array(tensor.name.utf8)
    let place = places[index]
    var ranked: [Ranked] = []
    for file in files {
      let alike = file.byKind[BaseCatalog.Kind(dtype: tensor.dtype, shape: tensor.shape)] ?? []
      let start = max(0, min(place, alike.count) - BaseSearch.reach)
      for position in start..<min(alike.count, start + 2 * BaseSearch.reach) {
        let other = file.tensors[alike[position]]
        ranked.append(
          Ranked(
            isLeftOver: !names.contains(TensorName(other.tensor.name)),
            likeness: NameLikeness.of(name, Array(other.tensor.name.utf8)), distance: abs(position - place),
            chunks: other.segment.chunks))
      }
    }
    return ranked.sorted(by: Ranked.isBefore).map(\.chunks)
  }

  /// How many tensors of the same kind stand before each tensor.
  private static func places(_ tensors: [Manifest.Tensor]) -> [Int] {
    var counts: [BaseCatalog.Kind: Int] = [:]
    return tensors.map { tensor in
      let kind = BaseCatalog.Kind(dtype: tensor.dtype, shape: tensor.shape)
      defer { counts[kind, default: 0] += 1 }
      return counts[kind, default: 0]
    }
  }
}
