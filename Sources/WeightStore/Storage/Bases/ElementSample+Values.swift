import Tensors

extension ElementSample {
  /// `nil` unless the elements are floating-point numbers.
  func values(of bytes: [UInt8], layout: ElementLayout) -> [Double]? {
    guard let dtype = layout.floatType else { return nil }
    var values: [Double] = []
    for range in ranges {
      let part = Array(bytes[(range.lowerBound * layout.width)..<(range.upperBound * layout.width)])
      guard let numbers = try? FloatConversion.doubles(part, as: dtype) else { return nil }
      values += numbers
    }
    return values
  }

  /// The same elements of a stored run, of which the chunk is at `start`. `nil` if it is shorter or cannot be read.
  func values(of run: LinearFormula.Run, from start: Int, _ bases: inout HeldBases) -> [Double]? {
    guard let dtype = run.layout.floatType else { return nil }
    let width = run.layout.width
    var values: [Double] = []
    for range in ranges {
      guard start + range.upperBound <= run.byteCount / width else { return nil }
      var offset = (start + range.lowerBound) * width
      let end = (start + range.upperBound) * width
      var part: [UInt8] = []
      while offset < end {
        let index = offset / ChunkGrid.chunkByteCount
        let inside = offset % ChunkGrid.chunkByteCount
        let count = min(end - offset, ChunkGrid.chunkByteCount - inside)
        guard let chunk = bases.bytes(of: run.chunks[index].digest), inside + count <= chunk.count else { return nil }
        part += chunk[inside..<(inside + count)]
        offset += count
      }
      guard let numbers = try? FloatConversion.doubles(part, as: dtype) else { return nil }
      values += numbers
    }
    return values
  }
}
