import Dispatch
import Foundation
import Merging
import Tensors

/// One tensor of a model file.
private struct FileTensor: TensorReader {
  let file: Int32
  let offset: Int
  let dtype: DType
  let shape: Shape

  struct Short: Error {}

  func read(elements: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws {
    let start = offset + elements.lowerBound * (dtype.bitWidth / 8)
    guard pread(file, buffer.baseAddress, buffer.count, start) == buffer.count else { throw Short() }
  }
}

/// Merges all tensors of the model files and writes the result.
struct MergeRun {
  private let strategy: MergeStrategy
  private let files: ModelFiles
  private let executor: MergeExecutor
  /// Elements computed at a time.
  private let pieceElementCount = 8 * StatisticsGrid.cellElementCount

  init(_ strategy: MergeStrategy, _ files: ModelFiles, threads: Int) {
    self.strategy = strategy
    self.files = files
    executor = threads == 1 ? .serial : MergeExecutor(workerCount: threads, loop: MergeRun.loop(threads))
  }

  private static func loop(_ threads: Int) -> @Sendable (Int, (Int) throws -> Void) throws -> Void {
    { count, body in
      nonisolated(unsafe) let body = body
      let next = NextIndex()
      DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
        while let index = next.take(below: count) {
          do { try body(index) } catch { fatalError("\(error)") }
        }
      }
    }
  }

  private func input(_ tensor: Int) throws -> MergeInput {
    let readers = files.inputs.map { file in
      FileTensor(
        file: file, offset: tensor * ModelFiles.tensorByteCount, dtype: files.dtype, shape: files.shape)
    }
    let count = min(readers.count - 1, strategy.recipe.modelCount.upperBound)
    let parameters = try strategy.modelParameters(count: count)
    let models = (0..<count).map { MergeInput.Model(readers[$0 + 1], index: $0, parameters: parameters[$0]) }
    return try MergeInput(name: "\(tensor)", base: readers[0], models: models, parameters: strategy.shared)
  }

  /// - Returns: the most anonymous memory seen, in MiB.
  func run() throws -> Int {
    ftruncate(files.output, 0)
    let engine = MergeEngine(strategy.recipe, executor: executor)
    let inputs = try (0..<files.tensorCount).map(input)
    let survey = try engine.survey(inputs)
    var memory = Cost.anonymousMiB()
    let width = files.dtype.bitWidth / 8
    for (index, input) in inputs.enumerated() {
      let merge = try engine.prepare(input, survey: survey)
      let pieceCount = (merge.elementCount + pieceElementCount - 1) / pieceElementCount
      try executor.run(count: pieceCount) { piece in
        let elements = piece * pieceElementCount..<min(merge.elementCount, (piece + 1) * pieceElementCount)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: elements.count * width, alignment: 64)
        defer { buffer.deallocate() }
        _ = try merge.combine(elements: elements, into: buffer)
        let offset = index * ModelFiles.tensorByteCount + elements.lowerBound * width
        pwrite(files.output, buffer.baseAddress, buffer.count, offset)
      }
      memory = max(memory, Cost.anonymousMiB())
    }
    return memory
  }
}

private final class NextIndex: @unchecked Sendable {
  private let lock = NSLock()
  private var next = 0

  func take(below count: Int) -> Int? {
    lock.withLock {
      guard next < count else { return nil }
      next += 1
      return next - 1
    }
  }
}
