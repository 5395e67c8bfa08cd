/// Splits elements into byte planes and joins them again.
///
/// Plane p holds byte p (0 = lowest) of every element. Floats are first rotated left by one bit, which moves the sign
/// to the low end, so that the top plane of F32 and BF16 is exactly the exponent.
enum BytePlanes {
  /// Shapes: `elements` holds n elements of `width` bytes; `planes` gets width x n bytes, plane after plane.
  static func split(
    _ elements: UnsafeRawBufferPointer, width: Int, rotatesSign: Bool, into planes: UnsafeMutableRawBufferPointer
  ) {
    switch width {
    case 2: split(elements, as: UInt16.self, rotatesSign: rotatesSign, into: planes)
    case 4: split(elements, as: UInt32.self, rotatesSign: rotatesSign, into: planes)
    case 8: split(elements, as: UInt64.self, rotatesSign: rotatesSign, into: planes)
    default: planes.copyMemory(from: elements)
    }
  }

  /// The inverse of `split`.
  static func join(
    _ planes: UnsafeRawBufferPointer, width: Int, rotatesSign: Bool, into elements: UnsafeMutableRawBufferPointer
  ) {
    switch width {
    case 2: join(planes, as: UInt16.self, rotatesSign: rotatesSign, into: elements)
    case 4: join(planes, as: UInt32.self, rotatesSign: rotatesSign, into: elements)
    case 8: join(planes, as: UInt64.self, rotatesSign: rotatesSign, into: elements)
    default: elements.copyMemory(from: planes)
    }
  }

  private static func split<Word: FixedWidthInteger & UnsignedInteger>(
    _ elements: UnsafeRawBufferPointer, as word: Word.Type, rotatesSign: Bool,
    into planes: UnsafeMutableRawBufferPointer
  ) {
    let width = MemoryLayout<Word>.size
    let count = elements.count / width
    for plane in 0..<width {
      let shift = Word(8 * plane)
      let target = planes[(plane * count)..<((plane + 1) * count)]
      let bytes = UnsafeMutableRawBufferPointer(rebasing: target)
      for index in 0..<count {
        var value = Word(littleEndian: elements.loadUnaligned(fromByteOffset: index &* width, as: Word.self))
        if rotatesSign { value = value &<< 1 | value &>> Word(Word.bitWidth - 1) }
        bytes[index] = UInt8(truncatingIfNeeded: value &>> shift)
      }
    }
  }

  private static func join<Word: FixedWidthInteger & UnsignedInteger>(
    _ planes: UnsafeRawBufferPointer, as word: Word.Type, rotatesSign: Bool,
    into elements: UnsafeMutableRawBufferPointer
  ) {
    let width = MemoryLayout<Word>.size
    let count = elements.count / width
    for index in 0..<count {
      var value: Word = 0
      for plane in 0..<width {
        value |= Word(truncatingIfNeeded: planes[plane &* count &+ index]) &<< Word(8 &* plane)
      }
      if rotatesSign { value = value &>> 1 | value &<< Word(Word.bitWidth - 1) }
      elements.storeBytes(of: value.littleEndian, toByteOffset: index &* width, as: Word.self)
    }
  }
}
