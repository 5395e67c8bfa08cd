/// Bytes in a Huffman code, as four lanes: lane i holds the i-th quarter, and the quarters are read side by side, so
/// that one need not wait for the other.
///
/// A quarter has `ceil(count / 4)` bytes; the last lanes may be shorter. Each lane starts at a byte of its own.
enum HuffmanLanes {
  static let laneCount = 4

  static func range(_ lane: Int, of count: Int) -> Range<Int> {
    let quarter = (count + laneCount - 1) / laneCount
    return min(count, lane * quarter)..<min(count, (lane + 1) * quarter)
  }

  // MARK: Writing

  /// Bits on their way into memory. At most 56 may be put between two flushes.
  private struct Sink {
    var bits: UInt64 = 0
    var bitCount: UInt64 = 0
    var target: UnsafeMutablePointer<UInt8>

    @inline(__always) mutating func put(_ entry: UInt16) {
      bits |= UInt64(entry &>> 4) &<< bitCount
      bitCount &+= UInt64(entry & 15)
    }

    @inline(__always) mutating func flush() {
      UnsafeMutableRawPointer(target).storeBytes(of: bits.littleEndian, as: UInt64.self)
      target += Int(truncatingIfNeeded: bitCount &>> 3)
      bits &>>= bitCount & 56
      bitCount &= 7
    }
  }

  /// Writes the lanes one after the other to `scratch`, which must have room for 11 bits a byte and some slack.
  ///
  /// - Returns: the lanes' bytes.
  static func encode(
    _ bytes: UnsafePointer<UInt8>, count: Int, code: HuffmanCode, scratch: UnsafeMutablePointer<UInt8>
  ) -> [UnsafeRawBufferPointer] {
    let ranges = (0..<laneCount).map { range($0, of: count) }
    let laneCapacity = ranges[0].count * HuffmanCode.maximumLength / 8 + 64
    var sink0 = Sink(target: scratch)
    var sink1 = Sink(target: scratch + laneCapacity)
    var sink2 = Sink(target: scratch + 2 * laneCapacity)
    var sink3 = Sink(target: scratch + 3 * laneCapacity)
    let common = ranges[3].count
    let whole = common - common % 5
    code.encodingTable.withUnsafeBufferPointer { table in
      guard let table = table.baseAddress else { return }
      let source0 = bytes
      let source1 = bytes + ranges[1].lowerBound
      let source2 = bytes + ranges[2].lowerBound
      let source3 = bytes + ranges[3].lowerBound
      var index = 0
      while index < whole {
        var step = 0
        while step < 5 {
          sink0.put(table[Int(source0[index &+ step])])
          sink1.put(table[Int(source1[index &+ step])])
          sink2.put(table[Int(source2[index &+ step])])
          sink3.put(table[Int(source3[index &+ step])])
          step &+= 1
        }
        sink0.flush()
        sink1.flush()
        sink2.flush()
        sink3.flush()
        index &+= 5
      }
      finish(&sink0, source0, whole..<ranges[0].count, table)
      finish(&sink1, source1, whole..<ranges[1].count, table)
      finish(&sink2, source2, whole..<ranges[2].count, table)
      finish(&sink3, source3, whole..<ranges[3].count, table)
    }
    return [sink0, sink1, sink2, sink3].enumerated().map { lane, sink in
      let start = scratch + lane * laneCapacity
      return UnsafeRawBufferPointer(start: start, count: sink.target - start)
    }
  }

  private static func finish(
    _ sink: inout Sink, _ source: UnsafePointer<UInt8>, _ rest: Range<Int>, _ table: UnsafePointer<UInt16>
  ) {
    for index in rest {
      sink.put(table[Int(source[index])])
      sink.flush()
    }
    if sink.bitCount > 0 {
      sink.target.pointee = UInt8(truncatingIfNeeded: sink.bits)
      sink.target += 1
    }
  }

  // MARK: Reading

  /// Bits of one lane. Reading past `available` bytes gives zeros.
  private struct Source {
    let start: UnsafeRawPointer
    /// Bytes that may be read, which can be more than the lane has.
    let available: Int
    var bitPosition = 0

    @inline(__always) var canReadWord: Bool { bitPosition &>> 3 &+ 8 <= available }

    @inline(__always) var word: UInt64 {
      let bits = UInt64(littleEndian: start.loadUnaligned(fromByteOffset: bitPosition &>> 3, as: UInt64.self))
      return bits &>> UInt64(truncatingIfNeeded: bitPosition & 7)
    }

    var slowWord: UInt64 {
      var bits: UInt64 = 0
      for offset in 0..<8 where bitPosition >> 3 + offset < available {
        bits |= UInt64(start.load(fromByteOffset: bitPosition >> 3 + offset, as: UInt8.self)) << UInt64(8 * offset)
      }
      return bits >> UInt64(bitPosition & 7)
    }
  }

  /// Decodes `count` bytes from lanes that stand one after the other in `input`.
  ///
  /// - Throws: `StoreError.corruptObject` unless every lane ends exactly where its codes end.
  static func decode(
    _ input: UnsafeRawBufferPointer, laneByteCounts: [Int], slots: UnsafePointer<UInt16>,
    into bytes: UnsafeMutablePointer<UInt8>, count: Int
  ) throws(StoreError) {
    guard let start = input.baseAddress, laneByteCounts.count == laneCount else {
      throw StoreError(.corruptObject, "Huffman lanes are empty")
    }
    let ranges = (0..<laneCount).map { range($0, of: count) }
    var sources: [Source] = []
    var offset = 0
    for byteCount in laneByteCounts {
      sources.append(Source(start: start + offset, available: input.count - offset))
      offset += byteCount
    }
    let done = decodeSideBySide(&sources, slots: slots, into: bytes, quarter: ranges[0].count, common: ranges[3].count)
    for lane in 0..<laneCount {
      for index in (ranges[lane].lowerBound + done)..<max(ranges[lane].upperBound, ranges[lane].lowerBound + done) {
        let entry = slots[Int(sources[lane].slowWord & UInt64(HuffmanCode.slotCount - 1))]
        bytes[index] = UInt8(truncatingIfNeeded: entry >> 8)
        sources[lane].bitPosition += Int(entry & 15)
      }
      guard (sources[lane].bitPosition + 7) / 8 == laneByteCounts[lane] else {
        throw StoreError(
          .corruptObject, "Huffman lane \(lane) has \(laneByteCounts[lane]) bytes, its codes fill another number")
      }
    }
  }

  /// - Returns: how many bytes of each lane are done: all but the last few.
  private static func decodeSideBySide(
    _ sources: inout [Source], slots: UnsafePointer<UInt16>, into bytes: UnsafeMutablePointer<UInt8>, quarter: Int,
    common: Int
  ) -> Int {
    var (source0, source1, source2, source3) = (sources[0], sources[1], sources[2], sources[3])
    let target0 = bytes
    let target1 = bytes + quarter
    let target2 = bytes + 2 * quarter
    let target3 = bytes + 3 * quarter
    let mask = UInt64(HuffmanCode.slotCount - 1)
    var index = 0
    while index &+ 5 <= common, source0.canReadWord, source1.canReadWord, source2.canReadWord, source3.canReadWord {
      var (word0, word1, word2, word3) = (source0.word, source1.word, source2.word, source3.word)
      // The lengths add up in the low byte: five times 11 at most.
      var (sum0, sum1, sum2, sum3): (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
      var step = 0
      while step < 5 {
        let entry0 = UInt64(slots[Int(truncatingIfNeeded: word0 & mask)])
        let entry1 = UInt64(slots[Int(truncatingIfNeeded: word1 & mask)])
        let entry2 = UInt64(slots[Int(truncatingIfNeeded: word2 & mask)])
        let entry3 = UInt64(slots[Int(truncatingIfNeeded: word3 & mask)])
        target0[index &+ step] = UInt8(truncatingIfNeeded: entry0 &>> 8)
        target1[index &+ step] = UInt8(truncatingIfNeeded: entry1 &>> 8)
        target2[index &+ step] = UInt8(truncatingIfNeeded: entry2 &>> 8)
        target3[index &+ step] = UInt8(truncatingIfNeeded: entry3 &>> 8)
        // A shift looks at six bits only, and those are the length.
        word0 &>>= entry0
        word1 &>>= entry1
        word2 &>>= entry2
        word3 &>>= entry3
        sum0 &+= entry0
        sum1 &+= entry1
        sum2 &+= entry2
        sum3 &+= entry3
        step &+= 1
      }
      source0.bitPosition &+= Int(truncatingIfNeeded: sum0 & 0xff)
      source1.bitPosition &+= Int(truncatingIfNeeded: sum1 & 0xff)
      source2.bitPosition &+= Int(truncatingIfNeeded: sum2 & 0xff)
      source3.bitPosition &+= Int(truncatingIfNeeded: sum3 & 0xff)
      index &+= 5
    }
    sources = [source0, source1, source2, source3]
    return index
  }
}
