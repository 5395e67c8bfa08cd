import Foundation

extension Digest {
  /// The 32 bytes as SQLite stores them.
  var data: Data { Data(bytes) }
}

extension String {
  func padding(to count: Int, with character: Character) -> String {
    self + String(repeating: character, count: max(0, count - self.count))
  }
}
