import COpenBLAS

/// Proof that OpenBLAS is loaded, and the one matrix product the layers need.
package struct BLAS: Sendable {
  /// The processor kernels in use, for example "Haswell". Other kernels give other last bits, so it is part of a
  /// recipe.
  package let coreName: String

  private init(coreName: String) {
    self.coreName = coreName
  }

  /// Loads the library on first use.
  ///
  /// - Throws: `TrainerError` with code `blasUnavailable`.
  package static func load() throws -> BLAS {
    if let failure = wgit_openblas_load() {
      throw TrainerError(.blasUnavailable, String(cString: failure))
    }
    return BLAS(coreName: String(cString: wgit_openblas_core()))
  }

  /// A row-major matrix in memory, or some columns of a wider one, read as it lies or transposed.
  struct Matrix {
    let elements: UnsafePointer<Float>
    /// Rows and columns after `isTransposed` is applied.
    let rowCount: Int
    let columnCount: Int
    let isTransposed: Bool
    /// Floats from one row in memory to the next.
    let rowStride: Int

    /// A matrix of `rowCount` x `columnCount` as it lies in memory.
    ///
    /// - Parameter rowStride: nil if rows lie one right after the other.
    init(_ elements: UnsafePointer<Float>, rowCount: Int, columnCount: Int, rowStride: Int? = nil) {
      self.init(
        elements, rowCount: rowCount, columnCount: columnCount, isTransposed: false, rowStride: rowStride ?? columnCount
      )
    }

    private init(
      _ elements: UnsafePointer<Float>, rowCount: Int, columnCount: Int, isTransposed: Bool, rowStride: Int
    ) {
      self.elements = elements
      self.rowCount = rowCount
      self.columnCount = columnCount
      self.isTransposed = isTransposed
      self.rowStride = rowStride
    }

    var transposed: Matrix {
      Matrix(
        elements, rowCount: columnCount, columnCount: rowCount, isTransposed: !isTransposed, rowStride: rowStride)
    }
  }

  /// C <- alpha A B + beta C.
  ///
  /// Shapes: A [m, k], B [k, n], C [m, n], row-major, rows of C `rowStride` floats apart, n unless given; whoever made
  /// the shapes has checked that all of them fit 32 bits.
  /// DType: f32, accumulated in f32 in the library's order.
  /// Determinism: one thread; equal shapes and operands give equal bits on one core type.
  func multiply(
    _ a: Matrix, _ b: Matrix, scale alpha: Float = 1, adding beta: Float, into c: UnsafeMutablePointer<Float>,
    rowStride: Int? = nil
  ) {
    assert(a.columnCount == b.rowCount)
    wgit_sgemm(
      a.isTransposed, b.isTransposed, Int32(a.rowCount), Int32(b.columnCount), Int32(a.columnCount), alpha,
      a.elements, Int32(a.rowStride), b.elements, Int32(b.rowStride), beta, c, Int32(rowStride ?? b.columnCount))
  }
}
