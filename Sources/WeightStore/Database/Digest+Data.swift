import Foundation

extension Digest {
  /// The 32 bytes as SQLite stores them.
  var data: Data { Data(bytes) }
}

extension [Digest] {
  /// The bytes of all, one after the other.
  var data: Data { Data(flatMap(\.bytes)) }
}

extension String {
  func padding(to count: Int, with character: Character) -> String {
    self + String(repeating: character, count: max(0, count - self.count))
  }
}
