/// Writes one pack under a temporary name; `seal` makes it durable and gives it its name.
package struct PackWriter: ~Copyable {
  /// Where a record came to stand.
  package struct Placed: Sendable {
    package let record: PackRecord
    /// Offset of the record's header in the pack.
    package let offset: Int
  }

  package struct Sealed: Sendable {
    package let name: String
    package let byteCount: Int
    package let records: [Placed]
  }

  private let atomic: AtomicFile
  private let headers: SHA256
  private var offset: Int
  private var buffer: [UInt8]
  package private(set) var placed: [Placed] = []

  private static let bufferByteCount = 1 << 20

  /// A new, empty pack.
  package static func create(temporaryFolder: String) throws(StoreError) -> PackWriter {
    let headers = try SHA256()
    return PackWriter(try AtomicFile(temporaryFolder: temporaryFolder, mode: 0o444), headers: headers)
  }

  private init(_ atomic: consuming AtomicFile, headers: SHA256) {
    self.atomic = atomic
    self.headers = headers
    buffer = PackFormat.header()
    offset = buffer.count
  }

  /// - Parameter baseIDs: what the object is coded against.
  package mutating func append(
    kind: ObjectKind, id: Digest, baseIDs: [Digest] = [], rawByteCount: Int, encoded: ChunkCodec.Encoded
  ) throws(StoreError) {
    let record = PackRecord(
      kind: kind, encoding: encoded.encoding, id: id, baseIDs: baseIDs, rawByteCount: rawByteCount,
      storedByteCount: encoded.payload.count)
    try append(record, payload: encoded.payload)
  }

  /// Appends an object as another pack has it.
  mutating func append(_ record: PackRecord, payload: [UInt8]) throws(StoreError) {
    let header = record.header(payload: payload)
    placed.append(Placed(record: record, offset: offset))
    header.withUnsafeBytes { headers.update($0) }
    try append(header)
    try append(payload)
  }

  /// Durable and named afterwards, but known to nobody until the database says so.
  package consuming func seal(folder: String) throws(StoreError) -> Sealed {
    let digest = headers.finish()
    try append(PackFormat.trailer(recordCount: placed.count, recordsDigest: digest))
    try flush()
    let sealed = Sealed(name: PackFormat.fileName(digest), byteCount: offset, records: placed)
    try atomic.publish(to: "\(folder)/\(sealed.name)")
    return sealed
  }

  private mutating func append(_ bytes: [UInt8]) throws(StoreError) {
    buffer += bytes
    offset += bytes.count
    if buffer.count >= PackWriter.bufferByteCount { try flush() }
  }

  /// The file, which holds everything that was appended before the last `flush`.
  var file: OpenFile { atomic.file }

  /// Hands everything to the system, so that it can be read back.
  mutating func flush() throws(StoreError) {
    try buffer.withRawBytes { bytes throws(StoreError) in try atomic.file.write(bytes) }
    buffer.removeAll(keepingCapacity: true)
  }
}
