import Tensors

/// Counts of 16-bit values: for each stream of keys one or more histograms of 65,536 bins.
final class Histograms {
  private static let binCount = 1 << 16
  private let slots: [Int]
  private let firstSlot: [Int]
  private let counts: UnsafeMutableBufferPointer<Int>

  init(slots: [Int]) {
    self.slots = slots
    firstSlot = slots.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
    counts = .allocate(capacity: slots.reduce(0, +) * Histograms.binCount)
    counts.initialize(repeating: 0)
  }

  deinit { counts.deallocate() }

  private func bins(_ stream: Int, _ slot: Int) -> UnsafeMutablePointer<Int>? {
    counts.baseAddress.map { $0 + (firstSlot[stream] + slot) * Histograms.binCount }
  }

  subscript(stream: Int, slot: Int, bin: Int) -> Int {
    counts[(firstSlot[stream] + slot) * Histograms.binCount + bin]
  }

  /// Counts the upper halves of keys.
  func countUpper(_ keys: UnsafePointer<UInt32>, _ count: Int, _ stream: Int) {
    guard let bins = bins(stream, 0) else { return }
    FloatKernels.best.count_upper(keys, count, bins)
  }

  /// Counts the lower halves of those keys that have that upper half.
  func countLower(_ keys: UnsafePointer<UInt32>, _ count: Int, _ stream: Int, _ slot: Int, _ upper: UInt32) {
    guard let bins = bins(stream, slot) else { return }
    FloatKernels.best.count_lower(keys, count, upper, bins)
  }

  func add(_ other: Histograms) {
    for index in counts.indices { counts[index] &+= other.counts[index] }
  }

  /// The bin of the value that has that rank, counted from 1 for the largest, and its rank among the values of the bin.
  func find(_ stream: Int, _ slot: Int, rank: Int) -> (bin: Int, rank: Int) {
    var rest = rank
    for bin in stride(from: Histograms.binCount - 1, to: 0, by: -1) {
      let count = self[stream, slot, bin]
      if rest <= count { return (bin, rest) }
      rest -= count
    }
    return (0, rest)
  }
}
