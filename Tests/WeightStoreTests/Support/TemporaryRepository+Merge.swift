import Tensors
import Testing
import WeightStore

extension TemporaryRepository {
  /// Merges by a weighted mean of F32 elements, summed in the order of the ingredients.
  func merge(
    _ revisions: [ObjectID<Commit>], method: String = "mean", base: ObjectID<Commit>? = nil,
    weights: [ObjectID<Commit>: Double] = [:], strategy: (any TensorStrategy)? = nil
  ) throws -> Repository.MergeOutcome {
    let specification = try repository.methodMerge(
      MergeSpecification.Method(name: method), with: revisions, base: base, needsBase: method == "based",
      isOrdered: false, weights: weights
    ).specification
    let request = request(specification, strategy: strategy)
    switch try repository.buildMerge(request, parents: specification.sides) {
    case .made(let outcome): return outcome
    case .conflicts(let plan): throw MergeStopped(plan: plan)
    }
  }

  /// Merges relative to the merge base.
  func threeWay(
    _ revisions: [ObjectID<Commit>], base: ObjectID<Commit>? = nil,
    resolving resolutions: [(String, MergeSpecification.Resolution.Choice)] = [], only: [String] = []
  ) throws -> Repository.MergeResult {
    var specification = try repository.threeWayMerge(with: revisions, base: base)
    specification.resolutions = resolutions.map { MergeSpecification.Resolution(pattern: $0.0, choice: $0.1) }
    specification.only = only
    return try repository.buildMerge(request(specification), parents: specification.sides)
  }

  func request(
    _ specification: MergeSpecification, strategy: (any TensorStrategy)? = nil
  ) -> Repository.MergeRequest {
    let names = ["ours"] + (1..<max(2, specification.sides.count)).map { "side \($0)" }
    return Repository.MergeRequest(
      specification, message: "Merge", author: TemporaryRepository.signature, committer: TemporaryRepository.signature,
      sideNames: names
    ) { method in strategy ?? MeanStrategy(needsBase: method.name == "based") }
  }
}

/// A merge that met conflicts where a test expected none.
struct MergeStopped: Error, CustomStringConvertible {
  let plan: MergePlan

  var description: String { subjects.joined(separator: ", ") }

  var subjects: [String] {
    plan.tensorConflicts.map { conflict in
      "\(conflict.name): \(conflict.status.rawValue)"
    } + plan.fileConflicts.map(\.path.text)
  }
}

extension Repository.MergeResult {
  var outcome: Repository.MergeOutcome? {
    if case .made(let outcome) = self { outcome } else { nil }
  }

  var conflicts: [String]? {
    if case .conflicts(let plan) = self { MergeStopped(plan: plan).subjects } else { nil }
  }
}

/// The weighted mean of F32 and other numbers, in F64.
private struct MeanStrategy: TensorStrategy {
  let needsBase: Bool

  func survey(_ tensors: [TensorMergeInput], _ parallel: ParallelRunner) -> (any Sendable)? { nil }

  func prepare(
    _ input: TensorMergeInput, survey: (any Sendable)?, _ parallel: ParallelRunner
  ) throws -> PreparedTensor {
    PreparedTensor(source: nil, dtype: input.dtype) { elements, buffer in
      let total = input.models.reduce(0) { $0 + $1.weight }
      var sums = [Double](repeating: 0, count: elements.count)
      for model in input.models {
        var bytes = [UInt8](repeating: 0, count: elements.count * (model.tensor.dtype.bitWidth / 8))
        try bytes.withUnsafeMutableBytes { try model.tensor.read(elements: elements, into: $0) }
        for (index, value) in try FloatConversion.doubles(bytes, as: model.tensor.dtype).enumerated() {
          sums[index] += value * model.weight / total
        }
      }
      buffer.copyBytes(from: try FloatConversion.bytes(sums, as: input.dtype))
    }
  }
}
