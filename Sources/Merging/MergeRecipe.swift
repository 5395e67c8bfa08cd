import Tensors

/// A way to make one model of several, element by element: one file, one paper, one test.
///
/// Recipes see chunks, never files: the caller cuts tensors into chunks, passes over those that are equal in all
/// ingredients, and decides what happens to element types without arithmetic.
package protocol MergeRecipe: Sendable {
  /// What a user types and a commit records: lower case, words joined by hyphens.
  var name: String { get }
  /// One line for help: what it computes.
  var summary: String { get }
  /// Where it comes from.
  var paper: Paper { get }

  /// Merges one chunk.
  ///
  /// - Parameters:
  ///   - dtype: the element type of the result.
  ///   - output: room for exactly `chunk.elementCount` elements of that type, apart from all inputs.
  /// - Returns: how many elements of the result are not finite.
  /// - Determinism: depends on nothing but the arguments, so any cut into chunks gives the same tensor.
  /// - Throws: `unsupportedDType`, `sizeMismatch`.
  func combine(
    _ chunk: MergeChunk, as dtype: DType, into output: UnsafeMutableRawBufferPointer
  ) throws(MergeError) -> NonFiniteCount
}
