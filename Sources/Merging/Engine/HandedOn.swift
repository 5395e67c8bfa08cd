import Tensors

/// The bytes of one input, or its numbers rounded once to another type.
struct HandedOn: TensorCombination {
  let reader: any TensorReader
  let dtype: DType

  func combine(elements: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws {
    guard dtype != reader.dtype else { return try reader.read(elements: elements, into: buffer) }
    let terms = [WeightedSum.Term(reader: reader, weight: 1)]
    try WeightedSum(terms: terms, dtype: dtype).combine(elements: elements, into: buffer)
  }
}
