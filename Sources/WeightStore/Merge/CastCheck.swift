import Tensors

/// Whether a tensor is another one with its values rounded to another type, as a conversion of a whole checkpoint leaves it.
///
/// Two roundings in a row, as PyTorch makes them from F64 to 16 bits by way of F32, count too; NaN is NaN, whatever its bits.
struct CastCheck {
  private static let pieceElementCount = 1 << 16

  let cache: ChunkCache

  func isCast(_ original: Manifest.Segment, to other: Manifest.Segment) throws -> Bool {
    guard let from = StoredTensor(original, cache: cache), let to = StoredTensor(other, cache: cache),
      from.shape == to.shape, TensorDifference.canMeasure(from.dtype), TensorDifference.canMeasure(to.dtype)
    else { return false }
    for start in stride(from: 0, to: from.shape.elementCount, by: CastCheck.pieceElementCount) {
      let elements = start..<min(start + CastCheck.pieceElementCount, from.shape.elementCount)
      let values = try FloatConversion.doubles(bytes(of: from, elements), as: from.dtype)
      let stored = try bytes(of: to, elements)
      guard try stored == FloatConversion.bytes(values, as: to.dtype) || isNearly(stored, values, to.dtype) else {
        return false
      }
    }
    return true
  }

  private func isNearly(_ stored: [UInt8], _ values: [Double], _ dtype: DType) throws -> Bool {
    let actual = try FloatConversion.doubles(stored, as: dtype)
    let twice = try FloatConversion.doubles(FloatConversion.bytes(values.map { Float($0) }, as: dtype), as: dtype)
    let once = try FloatConversion.doubles(FloatConversion.bytes(values, as: dtype), as: dtype)
    return actual.indices.allSatisfy { index in
      let bits = actual[index].bitPattern
      return bits == once[index].bitPattern || bits == twice[index].bitPattern
        || (actual[index].isNaN && values[index].isNaN)
    }
  }

  private func bytes(of tensor: StoredTensor, _ elements: Range<Int>) throws(StoreError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: elements.count * (tensor.dtype.byteWidth ?? 0))
    try bytes.withMutableRawBytes { buffer throws(StoreError) in try tensor.read(elements: elements, into: buffer) }
    return bytes
  }
}
