import Foundation

/// Reads a file that `Golden/generate.py` has written.
func goldenFile<Content: Decodable>(_ name: String, as type: Content.Type) throws -> Content {
  let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
  return try JSONDecoder().decode(type, from: Data(contentsOf: folder.appending(path: name)))
}
