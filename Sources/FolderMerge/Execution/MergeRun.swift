import Checkpoints
import Documents
import Glibc
import Merging
import Synchronization
import Tensors
import WeightStore

/// Carries out a plan: reads what is needed of all inputs, piece by piece, and writes the weights of the result.
///
/// Memory is bounded by the pieces in flight, not by the models: each thread holds one piece of every input and of the
/// result. Every tensor has its place in its file from the start, so threads write where they are.
///
/// - Determinism: the same bytes for any number of threads, and for any division of the inputs into files.
package final class MergeRun: Sendable {
  package struct Options: Sendable {
    package var threadCount = 1
    /// Whether elements that are no finite numbers make the merge fail.
    package var isStrict = false
    /// Bytes of tensors that a file has at most, if the division into files is not to be that of the plan's layout.
    package var maximumShardByteCount: Int?
    /// Called with the part of the work that is done, from 0 to 1, from any thread.
    package var progress: (@Sendable (Double) -> Void)?
    /// Whether the user wants it to stop.
    package var isCancelled: @Sendable () -> Bool = { false }

    package init() {}
  }

  /// Elements per piece: large enough that a read costs little beside its bytes, small enough that the pieces of a few
  /// inputs fit a second-level cache.
  static let pieceElementCount = 2 * StatisticsGrid.cellElementCount
  /// Bytes of results that are prepared before they are computed.
  private static let batchByteCount = 64 << 20

  private let plan: MergePlan
  private let options: Options
  private let loop: ParallelLoop
  private let engine: MergeEngine
  /// Tensors that are handed on as they are.
  private let takingEngine: MergeEngine
  private let done = Atomic<Int>(0)

  package init(_ plan: MergePlan, options: Options) {
    self.plan = plan
    self.options = options
    let loop = ParallelLoop(workerCount: options.threadCount)
    self.loop = loop
    let executor = MergeExecutor(workerCount: options.threadCount) { count, body in
      try loop.run(count: count, body)
    }
    engine = MergeEngine(plan.recipe, executor: executor)
    takingEngine = MergeEngine(Weighted(), executor: executor)
  }
}

extension MergeRun {
  /// A tensor with everything decided, and where it goes.
  private struct Output {
    let file: OutputFile
    let offset: Int
    let merge: PreparedMerge
  }

  /// A tensor that is still to be decided.
  private struct Place {
    let tensor: MergePlan.Tensor
    let file: OutputFile
    let offset: Int
    let byteCount: Int
    /// Decided ahead, because its type depends on it.
    let early: PreparedMerge?
  }

  /// Writes the weights, and the index if there are several files.
  ///
  /// - Throws: `MergeError` with the tensor's name, `FolderMergeError.nonFinite`, `.cancelled`; `StoreError` for files.
  package func writeWeights(to folder: OutputFolder) throws -> MergeReport {
    var report = MergeReport()
    report.notes = plan.notes
    let early = try prepareWithoutArithmetic()
    let shards = try shardPlan(early)
    let metadata = ShardedHeader.union([[(key: "format", value: "pt")], plan.layout.metadata])
    var files: [OutputFile] = []
    var places: [JSONKey: (file: OutputFile, offset: Int, byteCount: Int)] = [:]
    for shard in shards.shards {
      let header = try SafetensorsWriter.headerBytes(tensors: shard.tensors, metadata: metadata.metadata)
      let sizes = try shard.tensors.map { try $0.shape.byteCount(of: $0.dtype) }
      let file = try folder.makeFile(shard.file, byteCount: header.count + sizes.reduce(0, +))
      try header.withUnsafeBytes { try file.write($0, at: 0) }
      var offset = header.count
      for (tensor, size) in zip(shard.tensors, sizes) {
        places[JSONKey(tensor.name)] = (file, offset, size)
        offset += size
        report.byteCount += size
      }
      files.append(file)
      report.files.append(shard.file)
    }
    let ordered = plan.tensors.compactMap { tensor in
      places[JSONKey(tensor.name)].map {
        Place(
          tensor: tensor, file: $0.file, offset: $0.offset, byteCount: $0.byteCount, early: early[JSONKey(tensor.name)])
      }
    }
    report.tensorCount = ordered.count
    try run(ordered, &report)
    try checkNonFinite(report)
    try loop.run(count: files.count) { try files[$0].synchronize() }
    if shards.isSharded {
      try folder.write(shards.indexBytes(), to: shards.indexFile)
      report.files.append(shards.indexFile)
    }
    return report
  }

  /// Tensors of whole numbers: which input is taken, and so the type of the result, depends on what they hold.
  private func prepareWithoutArithmetic() throws -> [JSONKey: PreparedMerge] {
    var early: [JSONKey: PreparedMerge] = [:]
    for tensor in plan.tensors {
      let readers = tensor.input.models.map(\.reader) + (tensor.input.base.map { [$0] } ?? [])
      guard !readers.allSatisfy({ FloatConversion.isSupported($0.dtype) }) else { continue }
      early[JSONKey(tensor.name)] = try prepare(tensor, survey: nil)
    }
    return early
  }

  private func shardPlan(_ early: [JSONKey: PreparedMerge]) throws -> ShardPlan {
    let tensors = plan.tensors.map { tensor in
      SafetensorsWriter.Tensor(
        name: tensor.name, dtype: early[JSONKey(tensor.name)]?.dtype ?? tensor.input.dtype, shape: tensor.input.shape)
    }
    if let maximum = options.maximumShardByteCount { return try ShardPlan(tensors, maximumByteCount: maximum) }
    if plan.layout.files.count > 1, let kept = ShardPlan(tensors, as: plan.layout) { return kept }
    guard plan.layout.files.count > 1 else { return ShardPlan(tensors, singleFile: "model.safetensors") }
    return try ShardPlan(tensors, maximumByteCount: MergeRun.usualShardByteCount)
  }

  /// What transformers takes.
  private static var usualShardByteCount: Int { 5_000_000_000 }

  /// Names the tensor in errors that know only numbers.
  private func prepare(_ tensor: MergePlan.Tensor, survey: (any ModelSurvey)?) throws -> PreparedMerge {
    do {
      return try (tensor.isTaken ? takingEngine : engine).prepare(tensor.input, survey: survey)
    } catch let error as MergeError {
      throw FolderMergeError(.conflict, "'\(tensor.name)': \(error.message)", subjects: [tensor.name], cause: error)
    }
  }

  private func run(_ places: [Place], _ report: inout MergeReport) throws {
    let survey = try engine.survey(places.filter { !$0.tensor.isTaken }.map(\.tensor.input))
    let total = 2 * report.byteCount
    var start = 0
    while start < places.count {
      var end = start
      var byteCount = 0
      repeat {
        byteCount += places[end].byteCount
        end += 1
      } while end < places.count && byteCount + places[end].byteCount <= MergeRun.batchByteCount
      let outputs = try prepare(places[start..<end], survey: survey)
      advance(byteCount, of: total)
      for (place, output) in zip(places[start..<end], outputs) {
        report.counts[place.tensor.outcome(output.merge.status), default: 0] += 1
      }
      report.nonFinite += try combine(outputs, total: total)
      start = end
    }
  }

  private func prepare(_ places: ArraySlice<Place>, survey: (any ModelSurvey)?) throws -> [Output] {
    try places.map { place in
      try checkCancelled()
      let merge = try place.early ?? prepare(place.tensor, survey: survey)
      return Output(file: place.file, offset: place.offset, merge: merge)
    }
  }

  /// Computes and writes the pieces of some tensors.
  ///
  /// - Returns: the tensors with elements that are no finite numbers.
  private func combine(_ outputs: [Output], total: Int) throws -> [MergeReport.NonFiniteTensor] {
    var pieces: [(output: Int, elements: Range<Int>)] = []
    for (index, output) in outputs.enumerated() {
      let count = output.merge.elementCount
      for start in stride(from: 0, to: count, by: MergeRun.pieceElementCount) {
        pieces.append((index, start..<min(start + MergeRun.pieceElementCount, count)))
      }
    }
    let counts = Mutex([NonFiniteCount](repeating: NonFiniteCount(), count: outputs.count))
    try loop.run(count: pieces.count) { number in
      try checkCancelled()
      let (index, elements) = pieces[number]
      let output = outputs[index]
      let width = output.merge.dtype.bitWidth / 8
      // More than malloc's own alignment would keep freed buffers from being used again.
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: elements.count * width, alignment: 16)
      defer { buffer.deallocate() }
      let count = try output.merge.combine(elements: elements, into: buffer)
      try output.file.write(UnsafeRawBufferPointer(buffer), at: output.offset + elements.lowerBound * width)
      if !count.isZero { counts.withLock { $0[index] += count } }
      advance(buffer.count, of: total)
    }
    let found = counts.withLock { $0 }
    return zip(outputs, found).compactMap { output, count in
      count.isZero ? nil : MergeReport.NonFiniteTensor(name: output.merge.name, count: count)
    }
  }

  private func advance(_ byteCount: Int, of total: Int) {
    let sum = done.wrappingAdd(byteCount, ordering: .relaxed).newValue
    options.progress?(min(1, Double(sum) / Double(max(1, total))))
  }

  private func checkCancelled() throws {
    if options.isCancelled() { throw FolderMergeError(.cancelled, "the merge was stopped; nothing was written") }
  }

  private func checkNonFinite(_ report: MergeReport) throws {
    guard options.isStrict, !report.nonFinite.isEmpty else { return }
    throw FolderMergeError(
      .nonFinite, "the result holds elements that are no finite numbers",
      subjects: report.nonFinite.map { "\($0.name): \($0.count.nan) NaN, \($0.count.infinite) infinite" })
  }
}
