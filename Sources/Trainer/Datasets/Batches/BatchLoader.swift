import Dispatch

/// The batches of a training run in order, each assembled on a background thread while the one before is trained on.
///
/// ```swift
/// let order = BatchOrder(seed: seed, rowCount: examples.count, batchSize: 64)
/// let loader = BatchLoader(examples, order: order, augmentationSeed: seed, steps: start..<end)
/// while let batch = try loader.next() { … }
/// ```
///
/// Determinism: what a batch holds is a function of the examples, the order, the seed and the step; not of threads, nor
/// of the step at which the loader began.
/// Cost: memory for two batches. Not for use from two threads.
/// Checked by: BatchLoaderTests.
package final class BatchLoader<Source: ExampleSource> {
  /// What the background thread works with; only one fill runs at a time.
  private final class Assembly: @unchecked Sendable {
    let source: Source
    var order: BatchOrder
    let augmentationSeed: UInt64?
    let threadCount: Int
    /// The outcome of the last fill.
    var failure: (any Error)?

    init(_ source: Source, order: BatchOrder, augmentationSeed: UInt64?, threadCount: Int) {
      self.source = source
      self.order = order
      self.augmentationSeed = augmentationSeed
      self.threadCount = threadCount
    }

    func fill(_ batch: Batch, step: Int) {
      failure = nil
      do {
        try batch.fill(
          order.rows(step: step), of: source, augmentationSeed: augmentationSeed, threadCount: threadCount)
      } catch {
        failure = error
      }
    }
  }

  private let assembly: Assembly
  private let queue = DispatchQueue(label: "wgit.batch-loader", qos: .userInitiated)
  private let isFilled = DispatchSemaphore(value: 0)
  /// The batch that is being filled, and the one the caller has.
  private var (coming, current): (Batch, Batch)
  /// Steps not yet handed out; the first of them is being assembled.
  private var steps: Range<Int>
  private var failure: (any Error)?

  /// - Parameters:
  ///   - augmentationSeed: random transforms of training are drawn from it; nil leaves them out.
  ///   - steps: the steps whose batches `next` gives, for example those after the last one that was saved.
  ///   - threadCount: threads that read and transform rows in the background.
  package init(
    _ source: Source, order: BatchOrder, augmentationSeed: UInt64?, steps: Range<Int>, threadCount: Int = 1
  ) {
    assembly = Assembly(source, order: order, augmentationSeed: augmentationSeed, threadCount: threadCount)
    let capacity = order.rowCount
    coming = Batch(inputShape: source.inputShape, capacity: steps.isEmpty ? 0 : capacity)
    current = Batch(inputShape: source.inputShape, capacity: steps.count < 2 ? 0 : capacity)
    self.steps = steps
    begin()
  }

  /// The next step's batch, nil after the last step. It is overwritten from the next call on.
  ///
  /// - Throws: what reading the step's rows throws; then again for every further call.
  package func next() throws -> Batch? {
    if let failure { throw failure }
    guard !steps.isEmpty else { return nil }
    isFilled.wait()
    if let error = assembly.failure {
      failure = error
      throw error
    }
    swap(&coming, &current)
    steps = steps.dropFirst()
    begin()
    return current
  }

  /// Starts to assemble the first of the remaining steps.
  private func begin() {
    guard let step = steps.first else { return }
    queue.async { [assembly, coming, isFilled] in
      assembly.fill(coming, step: step)
      isFilled.signal()
    }
  }
}
