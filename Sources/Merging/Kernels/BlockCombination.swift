import Tensors

/// Computes a block of results from a block of inputs, both in F64. Pure, so that any cut gives the same tensor.
protocol BlockKernel: Sendable {
  /// Writes `block.result`. Inputs stand in the order of the readers given to `BlockCombination`.
  func combine(_ block: MergeBlock)
}

/// A recipe's element-wise last pass.
struct BlockCombination: TensorCombination {
  private let blocks: BlockMerge
  private let kernel: any BlockKernel

  init(readers: [any TensorReader], dtype: DType, kernel: any BlockKernel) {
    blocks = BlockMerge(readers: readers, dtype: dtype)
    self.kernel = kernel
  }

  func combine(elements: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws {
    try blocks.combine(elements: elements, into: buffer) { kernel.combine($0) }
  }
}
