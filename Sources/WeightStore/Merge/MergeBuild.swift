import Documents
import Tensors

/// Makes the tree that a plan without conflicts describes.
struct MergeBuild {
  struct Outcome {
    var tree = Tree()
    var computedTensorCount = 0
    var keptTensorCount = 0
    var notes: [MergeNote] = []
    /// Of checkpoints that were made anew.
    var manifests: [RelativePath: Manifest] = [:]
  }

  private let repository: Repository
  private let request: Repository.MergeRequest
  private let versions: MergeVersions

  init(_ request: Repository.MergeRequest, _ repository: Repository) throws(StoreError) {
    self.repository = repository
    self.request = request
    versions = try MergeVersions(request.specification, repository)
  }

  /// - Parameter writer: without one, objects are only named.
  func run(_ plan: MergePlan, writer: inout ObjectWriter?) throws -> Outcome {
    var outcome = Outcome()
    for model in plan.models { try add(model, to: &outcome, writer: &writer) }
    for file in plan.files { try add(file, to: &outcome, writer: &writer) }
    do throws(StoreError) {
      try outcome.tree.checkNoFileIsAFolder()
    } catch {
      throw StoreError(.mergeConflict, error.message, cause: error)
    }
    return outcome
  }

  private func add(_ file: FileMerge, to outcome: inout Outcome, writer: inout ObjectWriter?) throws {
    switch file.outcome {
    case .take(let entry): outcome.tree.entries[file.path] = entry
    case .delete: outcome.tree.entries[file.path] = nil
    case .merged(let bytes, let isExecutable):
      let manifest = try FileIngest(loop: repository.loop, progress: nil).manifest(
        of: MemorySource(bytes), path: file.path, writer: &writer)
      try writer?.put(manifest)
      outcome.tree.entries[file.path] = Tree.Entry(
        kind: .file, isExecutable: isExecutable, byteCount: manifest.byteCount, sha256: manifest.sha256,
        manifest: manifest.id)
    case .conflict: throw StoreError(.mergeConflict, "'\(file.path)' conflicts", subjects: [file.path.text])
    }
  }

  private func add(_ model: MergePlan.Model, to outcome: inout Outcome, writer: inout ObjectWriter?) throws {
    if let whole = model.whole {
      outcome.tree.entries.merge(whole) { $1 }
      outcome.keptTensorCount += model.tensors.count
      return
    }
    let layout = try MergedLayout(model, versions, store: repository.store)
    outcome.notes += layout.notes
    let computed = try prepare(model)
    outcome.computedTensorCount += computed.count
    outcome.keptTensorCount += layout.files.reduce(0) { $0 + $1.tensors.count } - computed.count
    try addIndex(of: model, layout, to: &outcome, writer: &writer)
    let relatives = ([0] + versions.sideIndices).compactMap { model.group.versions[$0] }
    for file in layout.files {
      let source = try MergedFile(file, computed: computed, store: repository.store)
      let ingest = ChunkIngest(
        loop: repository.loop, progress: request.progress.map { report in { report(file.path, $0, source.byteCount) } })
      let result = try ingest.run(source, spans: source.spans(relatives: relatives), writer: &writer)
      let manifest = source.manifest(result)
      try writer?.put(manifest)
      outcome.manifests[file.path] = manifest
      outcome.tree.entries[file.path] = Tree.Entry(
        kind: .checkpoint, isExecutable: file.isExecutable, byteCount: manifest.byteCount, sha256: manifest.sha256,
        manifest: manifest.id)
    }
  }

  /// The index that goes with the shards, if there is one; that of a version if it says the same.
  private func addIndex(
    of model: MergePlan.Model, _ layout: MergedLayout, to outcome: inout Outcome, writer: inout ObjectWriter?
  ) throws {
    guard let path = model.group.indexPath else { return }
    let known = versions.all.compactMap { $0.entries[path] }.filter { $0.kind == .file }
    let read = try known.map { entry in (entry, try repository.contents(of: entry)) }
    let template = read.lazy.compactMap { try? JSONParser.parse($0.1) }.first
    guard let value = try MergedIndex.value(layout.files, template: template) else { return }
    if let same = read.first(where: { JSONMerge.areEquivalent(try? JSONParser.parse($0.1), value) }) {
      outcome.tree.entries[path] = same.0
      return
    }
    let bytes = JSONText.bytes(value, like: read.first?.1 ?? Array("{\n  \n".utf8))
    try add(FileMerge(path, .both, .merged(bytes, isExecutable: false)), to: &outcome, writer: &writer)
  }

  /// The tensors of a model that are computed, ready to be read.
  private func prepare(_ model: MergePlan.Model) throws -> [TensorName: ComputedTensor] {
    let computations = model.tensors.compactMap { tensor -> MergePlan.Computation? in
      if case .compute(let computation) = tensor.outcome { computation } else { nil }
    }
    // A chunk of every model for each thread, and as many again for those that are about to be read.
    let modelCount = (computations.map(\.models.count).max() ?? 1) + 1
    let cache = ChunkCache(store: repository.store, capacity: 2 * modelCount * (repository.settings.workerCount + 1))
    let runner = ParallelRunner(loop: repository.loop)
    var inputs: [MergePlan.Computation.Formula: [TensorMergeInput]] = [:]
    for computation in computations {
      inputs[computation.formula, default: []].append(input(computation, cache))
    }
    var surveys: [MergePlan.Computation.Formula: Surveyed] = [:]
    for (formula, tensors) in inputs {
      let strategy = try strategy(formula)
      surveys[formula] = Surveyed(strategy: strategy, survey: try strategy.survey(tensors, runner))
    }
    var computed: [TensorName: ComputedTensor] = [:]
    for computation in computations {
      guard let surveyed = surveys[computation.formula] else { continue }
      let input = input(computation, cache)
      let byteCount = try computation.tensor.shape.byteCount(of: computation.tensor.dtype)
      computed[TensorName(computation.tensor.name)] = ComputedTensor(computation.tensor, byteCount: byteCount) {
        try surveyed.strategy.prepare(input, survey: surveyed.survey, runner)
      }
    }
    return computed
  }

  private struct Surveyed: Sendable {
    let strategy: any TensorStrategy
    let survey: (any Sendable)?
  }

  private func strategy(_ formula: MergePlan.Computation.Formula) throws -> any TensorStrategy {
    switch formula {
    case .cast: CastStrategy()
    case .method(let method): try request.strategies(method)
    }
  }

  private func input(_ computation: MergePlan.Computation, _ cache: ChunkCache) -> TensorMergeInput {
    TensorMergeInput(
      name: computation.randomName, dtype: computation.tensor.dtype,
      base: computation.base.flatMap { StoredTensor($0, cache: cache) },
      models: computation.models.compactMap { model in
        StoredTensor(model.segment, cache: cache).map {
          TensorMergeInput.Model(tensor: $0, weight: model.weight, index: model.index)
        }
      }, seed: request.specification.seed,
      alignment: computation.alignment.map { alignment in
        TensorMergeInput.Alignment(
          rows: alignment.rows, tensors: alignment.tensors.compactMap { StoredTensor($0, cache: cache) },
          base: alignment.base, models: alignment.models)
      })
  }
}

/// The values of one model in another type, each rounded once.
struct CastStrategy: TensorStrategy {
  var needsBase: Bool { false }

  func survey(_ tensors: [TensorMergeInput], _ parallel: ParallelRunner) -> (any Sendable)? { nil }

  func prepare(
    _ input: TensorMergeInput, survey: (any Sendable)?, _ parallel: ParallelRunner
  ) throws -> PreparedTensor {
    guard let tensor = input.models.first?.tensor else {
      throw StoreError(.mergeConflict, "'\(input.name)' has no values", subjects: [input.name])
    }
    let dtype = input.dtype
    return PreparedTensor(source: nil, dtype: dtype) { elements, buffer in
      let width = tensor.dtype.byteWidth ?? 0
      var bytes = [UInt8](repeating: 0, count: elements.count * width)
      try bytes.withUnsafeMutableBytes { try tensor.read(elements: elements, into: $0) }
      buffer.copyBytes(from: try FloatConversion.bytes(FloatConversion.doubles(bytes, as: tensor.dtype), as: dtype))
    }
  }
}
