import Foundation
import GRDB
import WeightStore

/// Puts into a repository what wgit itself would never put there.
struct Forgery {
  let project: Project
  let queue: DatabaseQueue

  init(_ project: Project) throws {
    self.project = project
    queue = try DatabaseQueue(path: project.root.appending(path: ".wgit/wgit.db").path)
  }

  func run(_ sql: String, _ arguments: StatementArguments = []) throws {
    try queue.write { try $0.execute(sql: sql, arguments: arguments) }
  }

  /// Stores bytes as an object of a kind, whatever they are; the record may lie.
  @discardableResult
  func put(
    _ kind: ObjectKind, _ payload: [UInt8], id claimed: Digest? = nil, encoding: ChunkEncoding = .raw,
    rawByteCount: Int? = nil, base: Digest = .zero
  ) throws -> Digest {
    let id = claimed ?? SHA256.digest(of: payload)
    let record = PackRecord(
      kind: kind, encoding: encoding, id: id, baseIDs: base == .zero ? [] : [base],
      rawByteCount: rawByteCount ?? payload.count,
      storedByteCount: payload.count)
    let header = record.header(payload: payload)
    let digest = SHA256.digest(of: header)
    let bytes = PackFormat.header() + header + payload + PackFormat.trailer(recordCount: 1, recordsDigest: digest)
    let name = PackFormat.fileName(digest)
    try project.write(bytes, to: ".wgit/packs/\(name)")
    try queue.write { database in
      try database.execute(
        sql: "INSERT OR IGNORE INTO pack (name, byteCount) VALUES (?, ?)", arguments: [name, bytes.count])
      try database.execute(
        sql: """
          INSERT OR REPLACE INTO object (kind, id, pack, position, rawByteCount, storedByteCount, encoding, baseID)
          VALUES (?, ?, (SELECT number FROM pack WHERE name = ?), 16, ?, ?, ?, ?)
          """,
        arguments: [
          kind.rawValue, Data(id.bytes), name, record.rawByteCount, payload.count, encoding.rawValue,
          base == .zero ? nil : Data(base.bytes),
        ])
    }
    return id
  }

  @discardableResult
  func put(_ kind: ObjectKind, _ text: String) throws -> Digest { try put(kind, Array(text.utf8)) }

  /// A commit of the tree, which `hostile` then points to; the stage and `HEAD` stay those of main.
  func commit(
    tree: Digest, parents: [Digest] = [], message: String = "m", name: String = "Ada", version: Int = 1
  ) throws {
    let person = #"{"email":"a@example.org","name":\#(quoted(name)),"unixSeconds":1700000000,"zoneMinutes":0}"#
    let list = parents.map { "\"\($0.hex)\"" }.joined(separator: ",")
    let id = try put(
      .commit,
      #"{"author":\#(person),"committer":\#(person),"message":\#(quoted(message)),"parents":[\#(list)],"#
        + #""recipe":{"details":{},"kind":"import"},"tree":"\#(tree.hex)","type":"commit","version":\#(version)}"#)
    try point("refs/heads/hostile", to: id)
  }

  func point(_ name: String, to id: Digest) throws {
    try run("INSERT OR REPLACE INTO ref (name, target) VALUES (?, ?)", [name, Data(id.bytes)])
  }

  /// A file of five bytes; returns its manifest.
  func manifest() throws -> Digest {
    let blob = try put(.blob, "evil\n")
    return try put(
      .manifest,
      #"{"byteCount":5,"format":"bytes","segments":[{"byteCount":5,"chunks":["\#(blob.hex)"]}],"#
        + #""sha256":"\#(blob.hex)","type":"manifest","version":1}"#)
  }

  /// An entry of a tree.
  func entry(_ path: String, manifest: Digest, byteCount: String = "5", kind: String = "file") -> String {
    let sha256 = SHA256.digest(of: Array("evil\n".utf8)).hex
    return #"{"byteCount":\#(byteCount),"executable":true,"kind":"\#(kind)","manifest":"\#(manifest.hex)","#
      + #""path":\#(quoted(path)),"sha256":"\#(sha256)"}"#
  }

  func tree(_ entries: [String]) throws -> Digest {
    try put(.tree, #"{"entries":[\#(entries.joined(separator: ","))],"type":"tree","version":1}"#)
  }

  /// A JSON string in the canonical form.
  func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{8}": result += "\\b"
      case "\u{c}": result += "\\f"
      case _ where scalar.value < 0x20:
        result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
