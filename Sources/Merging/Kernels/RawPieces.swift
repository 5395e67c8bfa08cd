import Tensors

/// The bytes of the same elements of several tensors, freed together.
final class RawPieces {
  /// Where one tensor's elements begin, and how wide they are.
  struct Piece {
    let start: UnsafeRawPointer
    let width: Int
  }

  /// One per tensor, valid while the object lives.
  let pieces: UnsafeMutablePointer<Piece>
  private let scratch: UnsafeMutableRawBufferPointer

  /// - Throws: `sizeMismatch` if there is nothing to read; what a reader throws.
  init(_ readers: [any TensorReader], _ elements: Range<Int>) throws {
    let widths = readers.map { $0.dtype.bitWidth / 8 }
    let resident = readers.map { $0.residentBytes(of: elements) }
    let byteCounts = zip(resident, widths).map { $0 == nil ? ($1 * elements.count + 63) & ~63 : 0 }
    scratch = ScratchPool.shared.take(byteCounts.reduce(0, +))
    pieces = .allocate(capacity: max(1, readers.count))
    var offset = 0
    do {
      for (index, reader) in readers.enumerated() {
        let bytes: UnsafeRawBufferPointer
        if let known = resident[index] {
          bytes = known
        } else {
          let place = UnsafeMutableRawBufferPointer(
            rebasing: scratch[offset..<offset + elements.count * widths[index]])
          try reader.read(elements: elements, into: place)
          bytes = UnsafeRawBufferPointer(place)
          offset += byteCounts[index]
        }
        guard let start = bytes.baseAddress else {
          throw MergeError(.sizeMismatch, "there are no elements to read")
        }
        pieces[index] = Piece(start: start, width: widths[index])
      }
    } catch {
      ScratchPool.shared.put(scratch)
      pieces.deallocate()
      throw error
    }
  }

  deinit {
    ScratchPool.shared.put(scratch)
    pieces.deallocate()
  }

  /// Elements of one tensor, counted from the first that was read.
  func bytes(_ index: Int, _ elements: Range<Int>) -> UnsafeRawBufferPointer {
    pieces[index].bytes(elements)
  }
}

extension RawPieces.Piece {
  @inline(__always)
  func bytes(_ elements: Range<Int>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: start + elements.lowerBound * width, count: elements.count * width)
  }
}
