import Tensors
import WeightStore

extension TemporaryRepository {
  /// Merges by a weighted mean of F32 elements, summed in the order of the ingredients.
  func merge(
    _ revisions: [ObjectID<Commit>], method: String = "mean"
  ) throws -> Repository.MergeOutcome {
    try repository.buildMerge(
      Repository.MergeRequest(
        method: method, revisions: revisions, message: "Merge", author: TemporaryRepository.signature,
        committer: TemporaryRepository.signature, details: [:]
      ) { inputs, weights, dtype, _ throws(StoreError) in
        guard dtype == .f32, let count = inputs.first?.count else { throw StoreError(.mergeConflict, "not F32") }
        let total = weights.reduce(0, +)
        return (0..<(count / 4)).flatMap { index in
          var sum = 0.0
          for (input, weight) in zip(inputs, weights) {
            let value = input.withUnsafeBytes {
              Float(bitPattern: UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
            }
            sum += Double(value) * weight / total
          }
          return withUnsafeBytes(of: Float(sum).bitPattern.littleEndian, Array.init)
        }
      })
  }
}
