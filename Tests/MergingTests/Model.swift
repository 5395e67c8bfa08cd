import Merging
import Tensors

/// A model of one tensor.
struct Model {
  var bytes: [UInt8]
  var dtype: DType
  var weight = 1.0
}

/// Merges whole tensors with Ratatouille.
func merge(
  _ models: [Model], as dtype: DType, elementCount: Int? = nil
) throws -> (bytes: [UInt8], count: NonFiniteCount) {
  let count = elementCount ?? (models.first.map { $0.bytes.count / ($0.dtype.byteWidth ?? 1) } ?? 0)
  var output = [UInt8](repeating: 0xEE, count: count * (dtype.byteWidth ?? 1))
  // Copies that outlive the chunk; the buffers of arrays would have to be nested.
  let buffers = models.map { model in
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: model.bytes.count, alignment: 1)
    buffer.copyBytes(from: model.bytes)
    return buffer
  }
  defer { for buffer in buffers { buffer.deallocate() } }
  let ingredients = zip(models, buffers).map { model, buffer in
    MergeChunk.Ingredient(bytes: UnsafeRawBufferPointer(buffer), dtype: model.dtype, weight: model.weight)
  }
  let chunk = try MergeChunk(ingredients, elementCount: count)
  let nonFinite = try output.withUnsafeMutableBytes { try Ratatouille().combine(chunk, as: dtype, into: $0) }
  return (output, nonFinite)
}

func bytes(fromHex text: String) -> [UInt8]? {
  let digits = Array(text.utf8)
  guard digits.count.isMultiple(of: 2) else { return nil }
  let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { start in
    UInt8(String(decoding: digits[start..<start + 2], as: UTF8.self), radix: 16)
  }
  return bytes.count * 2 == digits.count ? bytes : nil
}
