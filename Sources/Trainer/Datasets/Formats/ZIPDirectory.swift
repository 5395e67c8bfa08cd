import Documents

/// Little-endian fields of a ZIP record.
struct ZIPFields {
  let bytes: ArraySlice<UInt8>

  init(_ bytes: some Collection<UInt8>) {
    self.bytes = Array(bytes)[...]
  }

  /// The field of some bits at an offset; 0 behind the end. Fields of 64 bits beyond `Int` are `Int.max`.
  subscript(bits bits: Int, offset: Int) -> Int {
    guard offset >= 0, offset + bits / 8 <= bytes.count else { return 0 }
    let value = (0..<bits / 8).reduce(UInt64(0)) { $0 | UInt64(bytes[offset + $1]) << (8 * $1) }
    return Int(clamping: value)
  }
}

/// The list of members at the end of a ZIP archive.
struct ZIPDirectory {
  let memberCount: Int
  private let file: DataFile
  private let range: Range<Int>

  private static let byteLimit = 1 << 26

  init(_ file: DataFile) throws {
    self.file = file
    let tailStart = max(0, file.byteCount - 22 - 65535)
    let tail = try file.read(at: tailStart, count: file.byteCount - tailStart)
    let signature: [UInt8] = [0x50, 0x4B, 5, 6]
    // The last record whose comment ends where the file does.
    let last = stride(from: tail.count - 22, through: 0, by: -1).first { start in
      guard tail[start..<start + 4].elementsEqual(signature) else { return false }
      return start + 22 + ZIPFields(tail[start..<start + 22])[bits: 16, 20] == tail.count
    }
    guard let last else {
      throw TrainerError(
        .malformedDataFile,
        "\(file.name.quoted()) is not a ZIP archive, or was cut short: it has no directory at its end")
    }
    let end = ZIPFields(tail[last...])
    var (count, size, start) = (end[bits: 16, 10], end[bits: 32, 12], end[bits: 32, 16])
    if count == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF {
      (count, size, start) = try Self.large(file, endOffset: tailStart + last)
    }
    guard start <= file.byteCount, size <= file.byteCount - start, size <= Self.byteLimit else {
      throw TrainerError(
        .malformedDataFile, "\(file.name.quoted()) has a directory of \(size) bytes at byte \(start), which cannot be")
    }
    memberCount = count
    range = start..<start + size
  }

  /// Count, size and start of a directory with fields of 64 bits.
  private static func large(_ file: DataFile, endOffset: Int) throws -> (Int, Int, Int) {
    guard endOffset >= 20 else { throw Self.refuse(file, "lacks the locator of its large directory") }
    let locator = ZIPFields(try file.read(at: endOffset - 20, count: 20))
    let offset = locator[bits: 64, 8]
    guard locator[bits: 32, 0] == 0x0706_4B50, offset <= file.byteCount - 56 else {
      throw Self.refuse(file, "lacks the locator of its large directory")
    }
    let end = ZIPFields(try file.read(at: offset, count: 56))
    guard end[bits: 32, 0] == 0x0606_4B50 else { throw Self.refuse(file, "has no large directory at byte \(offset)") }
    return (end[bits: 64, 32], end[bits: 64, 40], end[bits: 64, 48])
  }

  private static func refuse(_ file: DataFile, _ what: String) -> TrainerError {
    TrainerError(.malformedDataFile, "\(file.name.quoted()) \(what)")
  }

  func refusal(_ what: String) -> TrainerError { Self.refuse(file, what) }

  func members() throws -> [ZIPArchive.Member] {
    var rest = try file.read(at: range.lowerBound, count: range.count)[...]
    var members: [ZIPArchive.Member] = []
    var names: Set<String> = []
    for index in 0..<memberCount {
      let entry = ZIPFields(rest.prefix(46))
      guard entry[bits: 32, 0] == 0x0201_4B50, rest.count >= 46 else {
        throw refusal("has no entry \(index) in its directory")
      }
      let lengths = (name: entry[bits: 16, 28], extra: entry[bits: 16, 30], comment: entry[bits: 16, 32])
      let length = 46 + lengths.name + lengths.extra + lengths.comment
      guard length <= rest.count else { throw refusal("has a directory that ends in entry \(index)") }
      let name = String(decoding: rest.dropFirst(46).prefix(lengths.name), as: UTF8.self)
      guard names.insert(name).inserted else { throw refusal("has two members \(name.quoted())") }
      let extra = rest.dropFirst(46 + lengths.name).prefix(lengths.extra)
      members.append(try member(name, entry, extra: extra))
      rest = rest.dropFirst(length)
    }
    return members
  }

  private func member(_ name: String, _ entry: ZIPFields, extra: ArraySlice<UInt8>) throws -> ZIPArchive.Member {
    let method = entry[bits: 16, 10]
    guard entry[bits: 16, 8] & 1 == 0, method == 0 || method == 8 else {
      throw refusal("has a member \(name.quoted()) that is encrypted or packed by method \(method); 0 and 8 are read")
    }
    var sizes = [entry[bits: 32, 24], entry[bits: 32, 20], entry[bits: 32, 42]]
    var large = Self.largeFields(extra)
    for index in sizes.indices where sizes[index] == 0xFFFF_FFFF {
      guard large.count >= 8 else { throw refusal("lacks the sizes of its member \(name.quoted())") }
      sizes[index] = ZIPFields(large.prefix(8))[bits: 64, 0]
      large = large.dropFirst(8)
    }
    guard method == 8 || sizes[0] == sizes[1] else {
      throw refusal("has a stored member \(name.quoted()) of two sizes, \(sizes[0]) and \(sizes[1])")
    }
    return ZIPArchive.Member(
      name: name, isDeflated: method == 8, checksum: UInt32(entry[bits: 32, 16]), compressedByteCount: sizes[1],
      byteCount: sizes[0], headerOffset: sizes[2])
  }

  /// The extra field 1: sizes and offset of 64 bits, those that do not fit 32.
  private static func largeFields(_ extra: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = extra
    while rest.count >= 4 {
      let header = ZIPFields(rest.prefix(4))
      let body = rest.dropFirst(4).prefix(header[bits: 16, 2])
      if header[bits: 16, 0] == 1 { return body }
      rest = rest[body.endIndex...]
    }
    return []
  }
}
