import Foundation
import Merging
import Tensors

/// A tensor of a model, and what holds for the model alone.
struct Model {
  var bytes: [UInt8]
  var dtype: DType
  var weight = 1.0

  init(bytes: [UInt8], dtype: DType, weight: Double = 1) {
    self.bytes = bytes
    self.dtype = dtype
    self.weight = weight
  }

  init(_ values: [Double], _ dtype: DType = .f32, weight: Double = 1) throws {
    self.init(bytes: try FloatConversion.bytes(values, as: dtype), dtype: dtype, weight: weight)
  }

  func tensor(_ dimensions: [Int]? = nil) throws -> ResidentTensor {
    try ResidentTensor(
      dtype: dtype, shape: Shape(dimensions ?? [bytes.count / (dtype.byteWidth ?? 1)]), bytes: bytes)
  }
}

/// One merged tensor.
struct Merged {
  let bytes: [UInt8]
  let dtype: DType
  let status: PreparedMerge.Status
  let source: PreparedMerge.Source?
  let count: NonFiniteCount

  var values: [Double] { get throws { try FloatConversion.doubles(bytes, as: dtype) } }
}

/// Two threads, whatever machine tests run on.
let twoThreads = MergeExecutor(workerCount: 2) { count, body in
  nonisolated(unsafe) let body = body
  let failure = FailureBox()
  DispatchQueue.concurrentPerform(iterations: 2) { worker in
    for index in stride(from: worker, to: count, by: 2) {
      do { try body(index) } catch { failure.set(error) }
    }
  }
  if let error = failure.error { throw error }
}

final class FailureBox: @unchecked Sendable {
  private let lock = NSLock()
  private var stored: (any Error)?

  func set(_ error: any Error) { lock.withLock { stored = error } }
  var error: (any Error)? { lock.withLock { stored } }
}

/// Merges whole tensors.
///
/// - Parameters:
///   - strategy: as a user writes it; weights of models are those of `models`, if any is not 1.
///   - step: elements per call.
func merge(
  _ models: [Model], base: Model? = nil, by strategy: String = "ratatouille", as dtype: DType? = nil,
  name: String = "layer.weight", shape: [Int]? = nil, seed: UInt64 = 0, companions: [[String: any TensorReader]] = [],
  step: Int = .max, on executor: MergeExecutor = .serial
) throws -> Merged {
  let strategy = try MergeStrategy(parsing: strategy)
  var parameters = try strategy.modelParameters(count: models.count)
  for index in models.indices where models[index].weight != 1 { parameters[index][.weight] = models[index].weight }
  let input = try MergeInput(
    name: name, base: base?.tensor(shape),
    models: models.indices.map {
      MergeInput.Model(
        try models[$0].tensor(shape), index: $0, parameters: parameters[$0],
        companions: companions.isEmpty ? [:] : companions[$0])
    },
    parameters: strategy.shared, dtype: dtype, seed: seed)
  let engine = MergeEngine(strategy.recipe, executor: executor)
  let merge = try engine.prepare(input, survey: engine.survey([input]))
  let width = merge.dtype.byteWidth ?? 1
  var output = [UInt8](repeating: 0xEE, count: merge.elementCount * width)
  var count = NonFiniteCount()
  for start in stride(from: 0, to: merge.elementCount, by: max(1, min(step, merge.elementCount))) {
    let end = min(merge.elementCount, start + min(step, merge.elementCount))
    count += try output.withUnsafeMutableBytes {
      try merge.combine(
        elements: start..<end, into: UnsafeMutableRawBufferPointer(rebasing: $0[start * width..<end * width]))
    }
  }
  return Merged(bytes: output, dtype: merge.dtype, status: merge.status, source: merge.source, count: count)
}

/// The code of the error that `body` throws.
func code(_ body: () throws -> Void) -> MergeError.Code? {
  do {
    try body()
    return nil
  } catch {
    return (error as? MergeError)?.code
  }
}

func bytes(fromHex text: String) -> [UInt8]? {
  let digits = Array(text.utf8)
  guard digits.count.isMultiple(of: 2) else { return nil }
  let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { start in
    UInt8(String(decoding: digits[start..<start + 2], as: UTF8.self), radix: 16)
  }
  return bytes.count * 2 == digits.count ? bytes : nil
}
