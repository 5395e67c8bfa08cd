/// The text of one segment in the canonical JSON of a manifest. Segments are equal if their texts are, so that two manifests
/// can be compared without taking either to pieces.
struct SegmentText: Hashable {
  private let bytes: ArraySlice<UInt8>

  private init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
  }

  init(_ segment: Manifest.Segment) {
    self.init(segment.json.canonicalBytes()[...])
  }

  func hash(into hasher: inout Hasher) {
    bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
  }

  /// The segments of a manifest: of all that stands in it, only they are objects in an array of the outermost object.
  static func all(in manifest: [UInt8]) -> [SegmentText] {
    var texts: [SegmentText] = []
    var (depth, start) = (0, 0)
    var (isString, isEscaped) = (false, false)
    for (index, byte) in manifest.enumerated() {
      if isString {
        isString = isEscaped || byte != UInt8(ascii: "\"")
        isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        if depth == 2 { start = index }
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 2 { texts.append(SegmentText(manifest[start...index])) }
      default: break
      }
    }
    return texts
  }
}
