import Merging
import Synchronization

/// Elements that are no numbers, by tensor, counted from several threads.
final class NonFiniteTally: Sendable {
  private let counts = Mutex<[String: NonFiniteCount]>([:])

  func add(_ count: NonFiniteCount, tensor: String) {
    guard !count.isZero else { return }
    counts.withLock { $0[tensor, default: NonFiniteCount()] += count }
  }

  var sorted: [(tensor: String, count: NonFiniteCount)] {
    counts.withLock { counts in counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
  }

  /// "3 NaN and 2 infinite elements, 1 of them beyond the range of the result's type".
  static func text(_ count: NonFiniteCount) -> String {
    let overflowed = count.overflowed > 0 ? ", \(count.overflowed) of them beyond the range of the result's type" : ""
    return "\(count.nan) NaN and \(count.infinite) infinite elements" + overflowed
  }
}
