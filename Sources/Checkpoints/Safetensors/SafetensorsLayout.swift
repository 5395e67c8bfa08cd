import Tensors

extension SafetensorsEntries {
  /// The tensors in the order of their bytes, which must follow each other without hole or overlap and end with the file.
  ///
  /// - Parameters:
  ///   - start: where the header ends.
  ///   - fileEnd: the size of the file.
  func placed(from start: Int, to fileEnd: Int) throws(CheckpointError) -> [TensorDescriptor] {
    let ordered = entries.sorted { left, right in
      if left.begin != right.begin { return left.begin < right.begin }
      if left.end != right.end { return left.end < right.end }
      return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
    var tensors: [TensorDescriptor] = []
    tensors.reserveCapacity(ordered.count)
    var end = 0
    for entry in ordered {
      try check(entry, follows: end, of: fileEnd - start)
      end = entry.end
      tensors.append(
        TensorDescriptor(
          name: entry.name, dtype: entry.dtype, shape: entry.shape, byteRange: start + entry.begin..<start + entry.end))
    }
    guard start + end == fileEnd else {
      throw CheckpointError(
        .trailingBytes, "\(fileEnd - start - end) bytes at the end of the file belong to no tensor")
    }
    return tensors
  }

  private func check(_ entry: Entry, follows end: Int, of dataByteCount: Int) throws(CheckpointError) {
    let needed: Int
    do throws(TensorError) {
      needed = try entry.shape.byteCount(of: entry.dtype)
    } catch {
      throw CheckpointError(error.code == .partialByte ? .sizeMismatch : .badShape, tensor: entry.name, error.message)
    }
    guard entry.end - entry.begin == needed else {
      throw CheckpointError(
        .sizeMismatch, tensor: entry.name,
        "\(entry.dtype.rawValue) \(entry.shape) takes \(needed) bytes, its offsets span \(entry.end - entry.begin)")
    }
    guard entry.begin <= end else {
      throw CheckpointError(
        .hole, tensor: entry.name, "\(entry.begin - end) bytes before it, from offset \(end), belong to no tensor")
    }
    guard entry.begin == end else {
      throw CheckpointError(
        .overlap, tensor: entry.name, "it begins at offset \(entry.begin), inside the tensor that ends at \(end)")
    }
    // Checked here, so that no sum of offsets below can pass the size of a file.
    guard entry.end <= dataByteCount else {
      throw CheckpointError(
        .truncated, tensor: entry.name, "it ends at offset \(entry.end), the file's data at \(dataByteCount)")
    }
  }
}
