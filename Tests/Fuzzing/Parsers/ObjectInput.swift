import WeightStore

/// Stored objects. What is accepted must have one text only, and mean what an independent look at it says.
enum ObjectInput {
  @discardableResult
  static func parse<Object: CanonicalObject>(_ type: Object.Type, _ input: UnsafeRawBufferPointer) throws -> Object {
    let object = try Object(canonicalBytes: Array(input))
    require(object.canonicalBytes.elementsEqual(input), "an object with two texts")
    return object
  }

  static func manifest(_ input: UnsafeRawBufferPointer) throws {
    let manifest = try parse(Manifest.self, input)
    var total = 0
    for segment in manifest.segments {
      require(segment.byteCount >= 0, "a segment with a negative size")
      require(
        segment.chunks.count == (segment.byteCount + (1 << 20) - 1) >> 20, "a segment with too few or many chunks")
      total += segment.byteCount
      guard let tensor = segment.tensor else { continue }
      var bits = Double(tensor.dtype.bitWidth)
      for dimension in tensor.shape.dimensions { bits *= Double(dimension) }
      require(abs(bits - 8 * Double(segment.byteCount)) <= bits / 0x1p50, "a tensor of another size than its shape")
    }
    require(total == manifest.byteCount, "segments that do not fill the file")
    let names = manifest.tensors.map { Array($0.tensor.name.utf8) }
    require(Set(names).count == names.count, "a tensor that stands twice")
  }

  static func tree(_ input: UnsafeRawBufferPointer) throws {
    let tree = try parse(Tree.self, input)
    let paths = tree.entries.keys.map { Array($0.text.utf8) }
    for path in paths { NameInput.requireSafe(path) }
    let known = Set(paths)
    for path in paths {
      for (index, byte) in path.enumerated() where byte == UInt8(ascii: "/") {
        require(!known.contains(Array(path[..<index])), "a file that is a folder too")
      }
    }
    require(tree.entries.values.allSatisfy { $0.byteCount >= 0 }, "a file with a negative size")
  }
}

/// Headers of pack records.
enum RecordInput {
  static func parse(_ input: UnsafeRawBufferPointer) throws {
    let header = Array(input.prefix(PackRecord.headerByteCount))
    let (record, _) = try PackRecord.parse(header: header)
    require(record.header(payload: []).dropLast(4).elementsEqual(header.dropLast(4)), "a header with two texts")
    require(record.storedByteCount >= 0 && record.storedByteCount <= record.rawByteCount, "a size out of range")
    require(record.rawByteCount <= record.kind.maximumByteCount, "an object larger than its kind may be")
  }
}

/// Paths of trees, and names of refs.
enum NameInput {
  static func parse(_ input: UnsafeRawBufferPointer) throws {
    let text = String(decoding: input, as: UTF8.self)
    if let path = try? RelativePath(text) { requireSafe(Array(path.text.utf8)) }
    let ref = try RefName(text)
    let parts = ref.text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    require(parts.count > 1 && parts.allSatisfy { !$0.isEmpty && $0.first != UInt8(ascii: ".") }, "an unsafe ref")
    require(ref.text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }, "a ref with a control character")
  }

  /// Only what the kernel does with a path: it cuts at slashes.
  static func requireSafe(_ path: [UInt8]) {
    require(!path.isEmpty && !path.contains(0), "an empty path or one with a zero byte")
    for part in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      require(!part.isEmpty && part != [0x2e] && part != [0x2e, 0x2e], "a path that leads out")
      let lower = part.map { $0 | ((0x41...0x5a).contains($0) ? 0x20 : 0) }
      require(lower != Array(".wgit".utf8) && lower != Array(".git".utf8), "a path into a control folder")
    }
  }
}
