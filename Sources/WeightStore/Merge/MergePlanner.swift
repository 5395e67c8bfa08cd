import Tensors

/// Decides what becomes of every tensor and file of a merge.
struct MergePlanner {
  private let request: Repository.MergeRequest
  private let repository: Repository
  private let versions: MergeVersions
  /// Weights are read to tell a cast from a change; without it a tensor of another type is taken for a cast.
  private let readsWeights: Bool
  private let cache: ChunkCache
  private let baseIsNeeded: Bool
  private var notes: [MergeNote] = []

  private var specification: MergeSpecification { request.specification }

  init(_ request: Repository.MergeRequest, _ repository: Repository, readsWeights: Bool) throws {
    self.request = request
    self.repository = repository
    self.readsWeights = readsWeights
    versions = try MergeVersions(request.specification, repository)
    cache = ChunkCache(store: repository.store, capacity: 8)
    baseIsNeeded = try request.specification.method.map { try request.strategies($0).needsBase } ?? false
  }

  mutating func plan() throws -> MergePlan {
    var models: [MergePlan.Model] = []
    var indices: Set<RelativePath> = []
    for group in try ModelGroup.groups(versions.all, store: repository.store) {
      let context = try ModelContext(
        group, versions.all, models: versions.modelIndices, repository: repository)
      let model = try plan(context)
      // The index of shards follows from the merge.
      if model.whole == nil, let index = group.indexPath { indices.insert(index) }
      models.append(model)
    }
    let merger = FileMerger(versions: versions, request: request, repository: repository)
    let files = try merger.plan().filter { !indices.contains($0.path) }
    notes += files.filter(\.isLeftOut).map { .optimizerLeftOut($0.path) }
    if specification.method?.alignment != nil, models.contains(where: { $0.group.versions[0] != nil }) {
      notes.append(.alignedRelatives)
    }
    let statistics = models.flatMap(\.tensors).count(where: MergePlanner.isComputedStatistic)
    if statistics > 0 { notes.append(.runningStatistics(count: statistics)) }
    var plan = MergePlan(models: models, files: files, notes: notes)
    var resolutions = MergeResolutions(request, versions)
    try resolutions.apply(to: &plan)
    for model in plan.models where model.isComputed {
      try model.context.refuseQuantized([0] + versions.modelIndices)
    }
    TiedTensors.nameTogether(&plan)
    for index in plan.models.indices {
      TiedTensors.storeAsBase(&plan.models[index], base: versions.base == nil ? versions.sideIndices.lowerBound : 0)
      try ModelFit(plan.models[index], versions, request, repository).apply(to: &plan)
    }
    return plan
  }

  private static func isComputedStatistic(_ tensor: MergePlan.Tensor) -> Bool {
    guard case .compute = tensor.outcome else { return false }
    return tensor.name.hasSuffix("running_mean") || tensor.name.hasSuffix("running_var")
  }

  private mutating func plan(_ context: ModelContext) throws -> MergePlan.Model {
    let group = context.group
    var seen: Set<TensorName> = []
    let names = ([0] + versions.sideIndices + versions.modelIndices)
      .flatMap { group.versions[$0]?.order ?? [] }.filter { seen.insert($0).inserted }
    if let files = whollyByHand(group) {
      return MergePlan.Model(key: group.key, tensors: [], whole: files, isByHand: true, context: context)
    }
    if OptimizerState.isOptimizerState(group.key), let files = optimizerState(group) {
      return MergePlan.Model(key: group.key, tensors: [], whole: files, isByHand: false, context: context)
    }
    var tensors: [MergePlan.Tensor] = []
    for name in names { tensors.append(try plan(name, context)) }
    return MergePlan.Model(key: group.key, tensors: tensors, whole: unmerged(group), isByHand: false, context: context)
  }

  /// The files of a model that a person made one of.
  private func whollyByHand(_ group: ModelGroup) -> [RelativePath: Tree.Entry]? {
    let ours = group.entries(versions.sideIndices.lowerBound)
    let made = request.filesMadeByHand.filter { (try? ModelGroup.key(of: $0.key)) == group.key || $0.key == group.key }
    guard !made.isEmpty else { return nil }
    return ours.merging(made.compactMapValues { $0 }) { $1 }.filter {
      made[$0.key] == nil || made[$0.key] != .some(nil)
    }
  }

  /// The files of an optimizer's state that several sides changed: those of the side that was asked for, or none.
  private mutating func optimizerState(_ group: ModelGroup) -> [RelativePath: Tree.Entry]? {
    if specification.kind == .average { return group.entries(versions.sideIndices.lowerBound) }
    guard specification.only.isEmpty, versions.trainedSides.count > 1 || specification.isOfOneModel else { return nil }
    switch specification.optimizer {
    case .ours: return group.entries(versions.sideIndices.lowerBound)
    case .theirs:
      let other = versions.sideIndices.dropFirst().first { group.entries($0) != group.entries(0) }
      return group.entries(other ?? versions.sideIndices.lowerBound)
    case nil:
      guard versions.sideIndices.contains(where: { group.entries($0) != group.entries(0) }) else { return nil }
      notes.append(.optimizerLeftOut(group.key))
      return [:]
    }
  }

  /// The files of a model that only one side touched, or nobody: they are taken as they are, shards and all.
  private func unmerged(_ group: ModelGroup) -> [RelativePath: Tree.Entry]? {
    guard specification.dtype == nil, specification.only.isEmpty else { return nil }
    let base = group.entries(0)
    let models = versions.modelIndices.map { group.entries($0) }
    // A checkpoint that none of the averaged commits has is no part of the average.
    if specification.kind == .average, models.allSatisfy(\.isEmpty) {
      return group.entries(versions.sideIndices.lowerBound)
    }
    if specification.method != nil {
      if specification.isOfOneModel, models != [base] { return nil }
      return models.allSatisfy { $0 == models[0] } ? models[0] : nil
    }
    let changes = Set(models.filter { $0 != base })
    return changes.count > 1 ? nil : changes.first ?? base
  }

  private mutating func plan(_ name: TensorName, _ context: ModelContext) throws -> MergePlan.Tensor {
    if !specification.only.isEmpty, !specification.only.contains(where: { NamePattern($0).matches(name.text) }) {
      let ours = context.group.versions[versions.sideIndices.lowerBound]?.tensors[name]
      return MergePlan.Tensor(name: name.text, status: .left, outcome: ours.map { .take($0) } ?? .delete)
    }
    let places = versions.modelIndices.map { context.place($0, name) }
    let row = TensorVersions(
      base: context.place(0, name)?.segment, hasBase: versions.base != nil, sides: places.map { $0?.segment })
    let (status, decided) =
      specification.method == nil ? ThreeWayTable.row(row) : AverageTable.row(row, needsBase: baseIsNeeded)
    let verdict = aligned(decided, status, row, name, context)
    let outcome = try outcome(verdict, status, row, places, name, context)
    return MergePlan.Tensor(name: name.text, status: status, outcome: try converted(outcome))
  }

  /// Rows that stand for tokens can be computed with also where they are not as many; and a version whose tokens have other
  /// numbers than the result's cannot be taken as it is.
  private func aligned(
    _ verdict: TensorVerdict, _ status: TensorStatus, _ row: TensorVersions, _ name: TensorName,
    _ context: ModelContext
  ) -> TensorVerdict {
    let present = row.present
    if let method = specification.method, method.reorders(name.text), present.count == row.sides.count,
      row.areNumbers(present), row.haveOneShape(present)
    {
      return .combine(present)
    }
    guard let vocabulary = context.vocabulary, context.isVocabulary(name, [0] + versions.modelIndices),
      row.areNumbers(present), row.differOnlyInRows(present),
      specification.method == nil || !baseIsNeeded || row.base != nil
    else { return verdict }
    switch verdict {
    case .conflict(canCompute: false) where status == .reshaped || status == .reshapedModified: break
    case .take(let side)
    where present.count == row.sides.count && !vocabulary.agrees(versions.modelIndices.lowerBound + side):
      break
    default: return verdict
    }
    return specification.method == nil ? .conflict(canCompute: true) : .combine(present)
  }

  private mutating func outcome(
    _ verdict: TensorVerdict, _ status: TensorStatus, _ row: TensorVersions, _ places: [ModelVersion.Place?],
    _ name: TensorName, _ context: ModelContext
  ) throws -> MergePlan.Tensor.Outcome {
    switch verdict {
    case .keep: return context.place(0, name).map { .take($0) } ?? .delete
    case .take(let side): return places[side].map { .take($0) } ?? .delete
    case .delete: return .delete
    case .combine(let sides):
      return try computation(sides, row, places, name, context, dtype: nil).map { .compute($0) } ?? .delete
    case .recast(let values, let type): return try recast(values, type, status, row, places, name, context)
    case .conflict(let canCompute):
      if let counter = try largestCounter(row, places, name) { return .take(counter) }
      return .conflict(conflict(name, status, row, context.group, canCompute: canCompute))
    }
  }

  private func conflict(
    _ name: TensorName, _ status: TensorStatus, _ row: TensorVersions, _ group: ModelGroup, canCompute: Bool
  ) -> TensorConflict {
    TensorConflict(
      name: name.text, model: group.key, status: status, base: row.base?.tensor, sides: row.sides.map { $0?.tensor },
      canCompute: canCompute)
  }

  /// Where one side only stored the base's values in another type, the other side's values are taken in that type.
  private mutating func recast(
    _ values: Int, _ type: Int, _ status: TensorStatus, _ row: TensorVersions, _ places: [ModelVersion.Place?],
    _ name: TensorName, _ context: ModelContext
  ) throws -> MergePlan.Tensor.Outcome {
    guard let base = row.base, let typed = places[type], let valued = places[values], let tensor = typed.segment.tensor
    else { return .delete }
    let isCast = try !readsWeights || CastCheck(cache: cache).isCast(base, to: typed.segment)
    if specification.method != nil {
      if isCast, status == .recast { return .take(typed) }
      return try computation(row.present, row, places, name, context, dtype: isCast ? tensor.dtype : nil)
        .map { .compute($0) } ?? .delete
    }
    guard isCast else { return .conflict(conflict(name, .both, row, context.group, canCompute: true)) }
    notes.append(.recast(name.text, tensor.dtype))
    return .compute(
      MergePlan.Computation(
        formula: .cast, base: nil, models: [MergePlan.Contribution(segment: valued.segment, index: values, weight: 1)],
        tensor: tensor, randomName: name.text, path: typed.path))
  }

  /// A tensor computed by the merge's method.
  private func computation(
    _ sides: [Int], _ row: TensorVersions, _ places: [ModelVersion.Place?], _ name: TensorName, _ context: ModelContext,
    dtype: DType?
  ) throws -> MergePlan.Computation? {
    guard let method = specification.method else { return nil }
    let first = versions.modelIndices.lowerBound
    let models = sides.compactMap { side in
      places[side].map {
        ModelContext.Ingredient(version: first + side, place: $0, weight: specification.ingredients[side].weight)
      }
    }
    return try context.computation(
      method, name, row: row, models, firstModel: first, dtype: specification.dtype ?? dtype)
  }

  /// Counters of training steps, such as those of batch normalisation, are not averaged: the largest counts.
  private func largestCounter(
    _ row: TensorVersions, _ places: [ModelVersion.Place?], _ name: TensorName
  ) throws -> ModelVersion.Place? {
    guard name.text.hasSuffix("num_batches_tracked"), row.present.count == places.count else { return nil }
    var largest: (count: Int64, place: ModelVersion.Place)?
    for place in places.compactMap(\.self) {
      guard place.segment.tensor?.dtype == .i64, place.segment.byteCount == 8,
        let tensor = StoredTensor(place.segment, cache: cache)
      else { return nil }
      var count: Int64 = 0
      try withUnsafeMutableBytes(of: &count) { try tensor.read(elements: 0..<1, into: $0) }
      if largest.map({ Int64(littleEndian: count) > $0.count }) ?? true {
        largest = (Int64(littleEndian: count), place)
      }
    }
    return largest?.place
  }

  /// A tensor that would be taken as it is, in the type that was asked for.
  private func converted(_ outcome: MergePlan.Tensor.Outcome) throws -> MergePlan.Tensor.Outcome {
    guard let dtype = specification.dtype, case .take(let place) = outcome, let tensor = place.segment.tensor,
      tensor.dtype != dtype, TensorDifference.canMeasure(tensor.dtype)
    else { return outcome }
    return .compute(
      MergePlan.Computation(
        formula: .cast, base: nil, models: [MergePlan.Contribution(segment: place.segment, index: 0, weight: 1)],
        tensor: Manifest.Tensor(name: tensor.name, dtype: dtype, shape: tensor.shape), randomName: tensor.name,
        path: place.path))
  }
}
