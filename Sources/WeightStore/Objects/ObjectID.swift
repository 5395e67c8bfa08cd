import Documents

/// The kinds of stored objects; the raw value stands in pack records and in the index.
package enum ObjectKind: UInt8, Sendable, CaseIterable {
  case blob = 1
  case manifest = 2
  case tree = 3
  case commit = 4
  case certificateResult = 5
  case operation = 6

  /// No object of this kind is larger: a chunk has at most 1 MiB, canonical JSON at most what its parser takes.
  package var maximumByteCount: Int {
    self == .blob ? ChunkGrid.chunkByteCount : JSONLimits.default.maximumByteCount
  }

  package var name: String {
    switch self {
    case .blob: "blob"
    case .manifest: "manifest"
    case .tree: "tree"
    case .commit: "commit"
    case .certificateResult: "certificate-result"
    case .operation: "operation"
    }
  }
}

/// Says at compile time which kind of object an id names.
package protocol ObjectType: Sendable {
  static var kind: ObjectKind { get }
}

/// Raw bytes of one chunk of a tensor or of a file.
package enum Blob: ObjectType {
  package static let kind = ObjectKind.blob
}

/// The SHA-256 of an object's bytes, tagged with the object's kind so that a tree's id cannot stand for a commit's.
package struct ObjectID<Object: ObjectType>: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let digest: Digest

  package init(_ digest: Digest) {
    self.digest = digest
  }

  package var hex: String { digest.hex }
  package var description: String { digest.hex }
  /// The first ten digits, for people.
  package var short: String { String(digest.hex.prefix(10)) }

  package static func < (left: Self, right: Self) -> Bool { left.digest < right.digest }
}
