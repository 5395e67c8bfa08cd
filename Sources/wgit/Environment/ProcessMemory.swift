import CMalloc

/// How the C library's allocator treats the buffers of chunks.
enum ProcessMemory {
  /// Buffers of a chunk come and go all the time. By default each large one is fetched from the kernel and given back, and
  /// its pages are cleared again and again: an eighth of the CPU time of `add`, nearly half of that of `diff`. Kept, they are
  /// bounded by the chunks in flight.
  static func keepFreedBuffers() {
    _ = mallopt(M_MMAP_THRESHOLD, 64 << 20)
    _ = mallopt(M_TRIM_THRESHOLD, 256 << 20)
  }
}
