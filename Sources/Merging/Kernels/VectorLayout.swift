import Tensors

/// A tensor seen as vectors: element i belongs to vector (i / inner) mod count.
struct VectorLayout: Hashable, Sendable {
  /// Consecutive elements of the same vector.
  let inner: Int
  /// How many vectors there are.
  let count: Int

  /// The whole tensor is one vector.
  static func whole(_ shape: Shape) -> VectorLayout {
    VectorLayout(inner: max(1, shape.elementCount), count: 1)
  }

  /// Vectors along the last axis: the rows of a matrix. A tensor of one axis or none is one vector.
  static func lastAxis(_ shape: Shape) -> VectorLayout {
    guard shape.rank > 1, let length = shape.dimensions.last, length > 0 else { return whole(shape) }
    return VectorLayout(inner: length, count: shape.elementCount / length)
  }

  /// What belongs to one index of the first axis: output filters. A tensor of one axis or none is one vector.
  static func filters(_ shape: Shape) -> VectorLayout {
    guard shape.rank > 1, shape.dimensions[0] > 0 else { return whole(shape) }
    return VectorLayout(inner: shape.elementCount / shape.dimensions[0], count: shape.dimensions[0])
  }

  /// Vectors along the first axis: the columns of a matrix. A tensor of one axis or none is one vector.
  static func firstAxis(_ shape: Shape) -> VectorLayout {
    guard shape.rank > 1, shape.dimensions[0] > 0 else { return whole(shape) }
    return VectorLayout(inner: 1, count: shape.elementCount / shape.dimensions[0])
  }

  /// Whether the elements of each vector follow each other.
  func isContiguous(elementCount: Int) -> Bool { inner * count == elementCount }

  /// Cuts a run of elements where vectors change.
  ///
  /// - Parameter body: vector, offset from `start`, number of elements.
  @inline(__always)
  func forEachRun(start: Int, count elementCount: Int, _ body: (Int, Int, Int) -> Void) {
    var offset = 0
    while offset < elementCount {
      let position = start + offset
      let length = min(elementCount - offset, inner - position % inner)
      body((position / inner) % count, offset, length)
      offset += length
    }
  }
}
