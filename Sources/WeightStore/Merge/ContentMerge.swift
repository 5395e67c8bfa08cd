import Documents

/// The content of a small file, merged: JSON member by member, other texts line by line.
struct ContentMerge {
  private(set) var bytes: [UInt8]
  private(set) var conflict: FileMerge.Conflict?
  /// With both versions between markers, if it is a text.
  private(set) var marked: [UInt8]?
  /// The merged object, with ours where the sides conflict.
  private(set) var undecided: JSONValue?

  init(path: RelativePath, base: [UInt8], ours: [UInt8], theirs: [UInt8], ourName: String, theirName: String) {
    bytes = ours
    guard [base, ours, theirs].allSatisfy(ContentMerge.isText) else {
      conflict = .bytes
      return
    }
    let text = TextMerge(base: base, ours: ours, theirs: theirs)
    let merged = text.bytes(ourName: ourName, theirName: theirName)
    if path.name.lowercased().hasSuffix(".json"), let json = ContentMerge.json(base, ours, theirs) {
      if json.conflicts.isEmpty {
        bytes = ContentMerge.written(json.value ?? .null, text.conflictCount == 0 ? merged : nil, like: ours)
      } else {
        conflict = .members(json.conflicts)
        undecided = json.value
        marked = merged
      }
      return
    }
    if text.conflictCount > 0 {
      conflict = .lines(text.conflictCount)
      marked = merged
    }
    bytes = merged
  }

  /// As git judges: no zero byte at the beginning.
  private static func isText(_ bytes: [UInt8]) -> Bool { !bytes.prefix(8000).contains(0) }

  /// `nil` unless all three are JSON; a base that is not there has no members.
  private static func json(_ base: [UInt8], _ ours: [UInt8], _ theirs: [UInt8]) -> JSONMerge? {
    let before = base.isEmpty ? nil : try? JSONParser.parse(base)
    guard base.isEmpty || before != nil, let left = try? JSONParser.parse(ours),
      let right = try? JSONParser.parse(theirs)
    else { return nil }
    return JSONMerge(base: before, ours: left, theirs: right)
  }

  /// The lines as they are if they say the same: so numbers and order stay as they were written.
  private static func written(_ value: JSONValue, _ lines: [UInt8]?, like ours: [UInt8]) -> [UInt8] {
    if let lines, let read = try? JSONParser.parse(lines), JSONMerge.areEquivalent(read, value) { return lines }
    return JSONText.bytes(value, like: ours)
  }
}

/// JSON in the layout of a file that is there already.
enum JSONText {
  static func bytes(_ value: JSONValue, like original: [UInt8]) -> [UInt8] {
    let lineEnd: [UInt8] = original.last == 0x0A ? [0x0A] : []
    guard let feed = original.firstIndex(of: 0x0A), feed + 1 < original.count else {
      return value.compactBytes() + lineEnd
    }
    let indent = original[(feed + 1)...].prefix { $0 == 0x20 }.count
    return Array(value.prettyString(indent: indent).utf8) + lineEnd
  }
}
