/// The memory of a pass over batches, allocated once.
///
/// `@unchecked Sendable`: a slice's memory and a worker's temporary belong to one thread at a time; blocks of whole batches
/// are written in ranges that do not overlap.
final class PassMemory: @unchecked Sendable {
  let plan: MemoryPlan
  /// One for each slice, or one for each worker.
  private let slices: [FloatBuffer]
  private let isPerSlice: Bool
  /// The blocks of whole batches, by block.
  private let whole: [FloatBuffer?]
  private let wholeStarts: [UnsafeMutablePointer<Float>?]
  private let temporaries: [FloatBuffer]
  /// What layers that work on whole batches arrange, one after the other.
  private let arranged: FloatBuffer
  /// What layers make of their parameters.
  private let prepared: FloatBuffer
  private let preparedOffsets: [Int]

  /// What layers of the whole batch keep for themselves, by operation.
  private let workspaces: [(any LayerWorkspace)?]

  /// Floats a pass may take.
  private static let floatLimit = 1 << 31

  /// - Parameters:
  ///   - hasPhases: whether slices keep their memory while others are worked on.
  /// - Throws: `TrainerError` with code `resourceLimit` if this is more than the trainer is willing to take.
  init(_ network: Network, _ plan: MemoryPlan, _ shards: BatchShards, hasPhases: Bool, threadCount: Int) throws {
    let isTraining = !plan.backwardSteps.isEmpty || plan.outputGradient != nil
    var (offsets, preparedCount) = ([Int](), 0)
    var (arrangedCount, temporaryCount) = (0, plan.temporaryCount)
    for operation in network.operations {
      offsets.append(preparedCount)
      preparedCount += ((operation.layer?.preparedCount(isTraining: isTraining) ?? 0) + 15) / 16 * 16
      guard let layer = operation.wholeBatchLayer else { continue }
      let (shape, count) = (operation.inputShape, shards.sampleCount)
      arrangedCount = max(arrangedCount, layer.arrangedCount(for: shape, sampleCount: count))
      temporaryCount = max(temporaryCount, layer.taskTemporaryCount(for: shape, sampleCount: count))
    }
    let memoryCount = hasPhases ? shards.sliceCount : threadCount
    let wholeCount = plan.blocks.reduce(0) { $0 + ($1.holdsWholeBatch ? $1.elementCount * shards.sampleCount : 0) }
    let total = memoryCount * plan.floatCount + wholeCount + arrangedCount + threadCount * temporaryCount
    guard total <= Self.floatLimit else {
      throw TrainerError(
        .resourceLimit,
        "a batch of \(shards.sampleCount) needs \(total) floats of working memory, more than \(Self.floatLimit)")
    }
    self.plan = plan
    isPerSlice = hasPhases
    slices = (0..<memoryCount).map { _ in FloatBuffer(count: plan.floatCount) }
    whole = plan.blocks.map { $0.holdsWholeBatch ? FloatBuffer(count: $0.elementCount * shards.sampleCount) : nil }
    wholeStarts = whole.map { $0?.start }
    temporaries = (0..<threadCount).map { _ in FloatBuffer(count: temporaryCount) }
    arranged = FloatBuffer(count: arrangedCount)
    prepared = FloatBuffer(count: preparedCount)
    preparedOffsets = offsets
    workspaces = network.operations.map { $0.wholeBatchLayer?.makeWorkspace() }
  }

  func slice(_ index: Int, samples: Range<Int>, worker: Int) -> Slice {
    Slice(
      plan: plan, floats: slices[isPerSlice ? index : worker].start, whole: wholeStarts,
      temporary: temporaries[worker].start, firstSample: samples.lowerBound, sampleCount: samples.count)
  }

  /// A block of whole batches.
  func wholeBlock(_ block: Int) -> UnsafeMutablePointer<Float>? { wholeStarts[block] }
  func workspace(_ operation: Int) -> (any LayerWorkspace)? { workspaces[operation] }
  func temporary(_ worker: Int) -> UnsafeMutablePointer<Float> { temporaries[worker].start }
  var arrangedStart: UnsafeMutablePointer<Float> { arranged.start }
  func prepared(_ operation: Int) -> UnsafeMutablePointer<Float> { prepared.start + preparedOffsets[operation] }

  /// One slice while one thread works on it.
  struct Slice {
    let plan: MemoryPlan
    let floats: UnsafeMutablePointer<Float>
    let whole: [UnsafeMutablePointer<Float>?]
    let temporary: UnsafeMutablePointer<Float>
    let firstSample: Int
    let sampleCount: Int

    /// The slice's part of a block.
    func block(_ index: Int) -> UnsafeMutablePointer<Float> {
      guard let start = whole[index] else { return floats + plan.offsets[index] }
      return start + firstSample * plan.blocks[index].elementCount
    }

    func value(_ value: Int) -> UnsafeMutablePointer<Float> { block(plan.values[value]) }
    func saved(_ operation: Int) -> UnsafeMutablePointer<Float> { block(plan.saved[operation]) }

    /// Where the caller puts the samples, each in the network's input shape.
    var input: UnsafeMutablePointer<Float> { value(0) }

    /// Where the last operation leaves its output.
    var output: UnsafeMutablePointer<Float> { value(plan.values.count - 1) }
  }
}
