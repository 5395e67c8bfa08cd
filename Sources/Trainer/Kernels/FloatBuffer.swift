/// A zeroed block of floats on a cache line boundary, freed with its owner.
///
/// `@unchecked Sendable`: the code that shares a buffer between threads gives each thread a range, or a buffer, of its
/// own.
final class FloatBuffer: @unchecked Sendable {
  let count: Int
  let start: UnsafeMutablePointer<Float>

  init(count: Int) {
    self.count = count
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
    start = bytes.bindMemory(to: Float.self, capacity: max(count, 1))
    start.initialize(repeating: 0, count: max(count, 1))
  }

  convenience init(_ values: [Float]) {
    self.init(count: values.count)
    copy(values)
  }

  /// Overwrites the first elements.
  func copy(_ values: [Float]) {
    precondition(values.count <= count)
    values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { start.update(from: base, count: source.count) }
    }
  }

  deinit {
    UnsafeMutableRawPointer(start).deallocate()
  }

  var elements: UnsafeMutableBufferPointer<Float> { UnsafeMutableBufferPointer(start: start, count: count) }

  var values: [Float] { Array(UnsafeBufferPointer(start: start, count: count)) }
}
