import Merging
import Tensors

/// A tensor of a base with the products of adapters added while it is read: W + Σ w·s·B·A, with DoRA brought to the
/// stored lengths.
///
/// - DType and accumulation: in F32 if the base's tensor has 16 bits, else in F64; the result is given in that type,
///   not rounded again, so that whoever stores it rounds once.
/// - Several adapters: applied in the order given; without DoRA the sum is the product of the joined ranks.
/// - Source: E. Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", ICLR 2022, equation 3; S.-Y. Liu et
///   al., "DoRA: Weight-Decomposed Low-Rank Adaptation", ICML 2024, equation 5; D. Kalajdzievski, "A Rank Stabilization
///   Scaling Factor for Fine-Tuning with LoRA", arXiv 2312.03732, for α/√r.
/// - Checked by: AdaptedTensorTests, against peft's merge_and_unload.
struct AdaptedTensor<Element: AdapterElement>: TensorReader {
  private let base: any TensorReader
  private let steps: [LazyFactors<Element>]

  init(_ base: any TensorReader, steps: [LazyFactors<Element>]) {
    self.base = base
    self.steps = steps
  }

  var dtype: DType { Element.dtype }
  var shape: Shape { base.shape }

  func read(elements: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws {
    let values = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
    defer { values.deallocate() }
    try base.decode(elements, into: values)
    for step in steps { try step.factors().apply(to: values, elements: elements) }
    buffer.copyMemory(from: UnsafeRawBufferPointer(values))
  }
}

/// A tensor moved towards others, and by others: θ + Σ wᵢ(θᵢ − θ) + Σ wᵢδᵢ, in F64. For modules and biases that
/// adapters hold whole.
struct MovedTensor: TensorReader {
  struct Move: Sendable {
    let reader: any TensorReader
    let weight: Double
    /// Whether the reader gives δ, not θᵢ.
    let isDifference: Bool
  }

  let base: any TensorReader
  let moves: [Move]

  var dtype: DType { .f64 }
  var shape: Shape { base.shape }

  func read(elements: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws {
    let start = UnsafeMutableBufferPointer<Double>.allocate(capacity: elements.count)
    let other = UnsafeMutableBufferPointer<Double>.allocate(capacity: elements.count)
    let sums = UnsafeMutableBufferPointer<Double>.allocate(capacity: elements.count)
    defer {
      start.deallocate()
      other.deallocate()
      sums.deallocate()
    }
    try base.decode(elements, into: start)
    _ = sums.update(fromContentsOf: start)
    for move in moves {
      try move.reader.decode(elements, into: other)
      for index in sums.indices {
        sums[index] += move.weight * (move.isDifference ? other[index] : other[index] - start[index])
      }
    }
    buffer.copyMemory(from: UnsafeRawBufferPointer(sums))
  }
}
