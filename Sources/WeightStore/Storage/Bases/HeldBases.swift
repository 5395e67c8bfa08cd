/// Bases that were read for one chunk, so that each is read once.
struct HeldBases {
  private let store: ObjectStore
  private(set) var all: [Digest: [UInt8]] = [:]

  init(store: ObjectStore) {
    self.store = store
  }

  /// `nil` if it cannot be read: the integrity check will tell of the damage.
  mutating func bytes(of id: Digest) -> [UInt8]? {
    if let known = all[id] { return known }
    let bytes = try? store.bytes(of: id, kind: .blob)
    all[id] = bytes
    return bytes
  }
}
