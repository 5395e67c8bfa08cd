import Tensors

/// The bytes of the same elements of several tensors, freed together.
final class RawPieces {
  private let scratch: UnsafeMutableRawBufferPointer
  private let pieces: [UnsafeRawBufferPointer]
  private let widths: [Int]

  init(_ readers: [any TensorReader], _ elements: Range<Int>) throws {
    widths = readers.map { $0.dtype.bitWidth / 8 }
    let resident = readers.map { $0.residentBytes(of: elements) }
    let byteCounts = zip(resident, widths).map { $0 == nil ? ($1 * elements.count + 63) & ~63 : 0 }
    scratch = .allocate(byteCount: max(1, byteCounts.reduce(0, +)), alignment: 64)
    var pieces: [UnsafeRawBufferPointer] = []
    var offset = 0
    for (index, reader) in readers.enumerated() {
      if let bytes = resident[index] {
        pieces.append(bytes)
        continue
      }
      let place = UnsafeMutableRawBufferPointer(
        rebasing: scratch[offset..<offset + elements.count * widths[index]])
      do {
        try reader.read(elements: elements, into: place)
      } catch {
        scratch.deallocate()
        throw error
      }
      pieces.append(UnsafeRawBufferPointer(place))
      offset += byteCounts[index]
    }
    self.pieces = pieces
  }

  deinit { scratch.deallocate() }

  /// Elements of one input, counted from the first that was read.
  func bytes(_ index: Int, _ elements: Range<Int>) -> UnsafeRawBufferPointer {
    let width = widths[index]
    return UnsafeRawBufferPointer(rebasing: pieces[index][elements.lowerBound * width..<elements.upperBound * width])
  }
}
