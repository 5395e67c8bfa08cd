import Merging
import Tensors

/// What a merge did.
package struct MergeReport: Sendable {
  /// A tensor of the result with elements that are no finite numbers.
  package struct NonFiniteTensor: Sendable {
    package let name: String
    package let count: NonFiniteCount
  }

  package internal(set) var counts: [PreparedMerge.Status: Int] = [:]
  package internal(set) var tensorCount = 0
  /// Bytes of all tensors of the result.
  package internal(set) var byteCount = 0
  package internal(set) var nonFinite: [NonFiniteTensor] = []
  /// What was assumed, left out or noticed, one sentence each.
  package internal(set) var notes: [String] = []
  /// The files of the result, in the order in which they were made.
  package internal(set) var files: [String] = []
}
