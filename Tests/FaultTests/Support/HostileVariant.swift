import Foundation
import Testing
import WeightStore

/// One way to do harm. Branch `hostile` is the bait.
struct HostileVariant: Sendable {
  let name: String
  let make: @Sendable (Forgery) throws -> Void

  static let all: [HostileVariant] = paths + trees + commits + names + records + databases + links + bombs

  /// Trees with a path that leads somewhere else.
  private static let paths: [HostileVariant] = [
    "../evil", "../../evil", "/tmp/wgit-hostile", "a/../../evil", "a/..", "..", ".", "./evil", "", "a//evil", "a/", "/",
    ".wgit/config.yaml", ".WGIT/config.yaml", ".wgit/packs/evil", ".w\u{200c}git/config.yaml", ".wgit./config.yaml",
    ".wgit /config.yaml", "wgit~1/config.yaml", ".git/hooks/post-checkout", ".GIT/config", "sub/.git/config",
    "..\\evil\\..", "../\u{301}evil", "nul\u{0}evil", "\u{1b}]0;evil\u{7}", "right\u{202e}left", "-rf",
    String(repeating: "x", count: 300), String(repeating: "d/", count: 3000) + "f", "-m", "--upload-pack=touch evil",
    "a\nb", "a\u{1b}[2Jb",
  ].map { path in
    HostileVariant(name: "path \(path.debugDescription.prefix(60))") { forgery in
      try forgery.commit(tree: forgery.tree([forgery.entry(path, manifest: forgery.manifest())]))
    }
  }

  private static let trees: [HostileVariant] = [
    HostileVariant(name: "a file that is a folder") { forgery in
      let manifest = try forgery.manifest()
      try forgery.commit(
        tree: forgery.tree([forgery.entry("a", manifest: manifest), forgery.entry("a/b", manifest: manifest)]))
    },
    HostileVariant(name: "a path that stands twice") { forgery in
      let entry = forgery.entry("a", manifest: try forgery.manifest())
      try forgery.commit(tree: forgery.tree([entry, entry]))
    },
    HostileVariant(name: "a size beyond all") { forgery in
      let entry = forgery.entry("a", manifest: try forgery.manifest(), byteCount: "9223372036854775807")
      try forgery.commit(tree: forgery.tree([entry]))
    },
    HostileVariant(name: "a negative size") { forgery in
      let entry = forgery.entry("a", manifest: try forgery.manifest(), byteCount: "-1")
      try forgery.commit(tree: forgery.tree([entry]))
    },
    HostileVariant(name: "a checkpoint that is none") { forgery in
      let entry = forgery.entry("a.safetensors", manifest: try forgery.manifest(), kind: "checkpoint")
      try forgery.commit(tree: forgery.tree([entry]))
    },
    HostileVariant(name: "a manifest that is a blob") { forgery in
      try forgery.commit(tree: forgery.tree([forgery.entry("a", manifest: forgery.put(.blob, "evil\n"))]))
    },
    manifest("a manifest of 8 EiB") {
      #"{"byteCount":9223372036854775807,"format":"bytes","segments":[{"byteCount":9223372036854775807,"chunks":["\#($0)"]}],"sha256":"\#($0)","type":"manifest","version":1}"#
    },
    manifest("two sizes whose sum overflows") {
      #"{"byteCount":-2,"format":"bytes","segments":[{"byteCount":9223372036854775807,"chunks":[]},{"byteCount":9223372036854775807,"chunks":[]}],"sha256":"\#($0)","type":"manifest","version":1}"#
    },
    manifest("too many chunks") {
      #"{"byteCount":5,"format":"bytes","segments":[{"byteCount":5,"chunks":["\#($0)","\#($0)"]}],"sha256":"\#($0)","type":"manifest","version":1}"#
    },
    manifest("too few chunks") {
      #"{"byteCount":5,"format":"bytes","segments":[{"byteCount":5,"chunks":[]}],"sha256":"\#($0)","type":"manifest","version":1}"#
    },
    manifest("a chunk of another size") {
      #"{"byteCount":6,"format":"bytes","segments":[{"byteCount":6,"chunks":["\#($0)"]}],"sha256":"\#($0)","type":"manifest","version":1}"#
    },
    manifest("a shape that overflows") {
      #"{"byteCount":5,"format":"safetensors","segments":[{"byteCount":5,"chunks":["\#($0)"],"dtype":"U8","shape":[4294967296,4294967296,4294967296],"tensor":"w"}],"sha256":"\#($0)","type":"manifest","version":1}"#
    },
    manifest("a manifest of a later version") {
      #"{"byteCount":5,"format":"bytes","segments":[{"byteCount":5,"chunks":["\#($0)"]}],"sha256":"\#($0)","type":"manifest","version":2}"#
    },
    manifest("a key that stands twice") {
      #"{"byteCount":5,"byteCount":5,"format":"bytes","segments":[{"byteCount":5,"chunks":["\#($0)"]}],"sha256":"\#($0)","type":"manifest","version":1}"#
    },
    manifest("a tensor named after an escape sequence") {
      #"{"byteCount":5,"format":"safetensors","segments":[{"byteCount":5,"chunks":["\#($0)"],"dtype":"U8","shape":[5],"tensor":"\u001b[2J"}],"sha256":"\#($0)","type":"manifest","version":1}"#
    },
    manifest("arrays in arrays") { _ in String(repeating: "[", count: 100_000) },
  ]

  /// A tree with one file whose manifest is `text`; it gets the id of a blob of five bytes.
  private static func manifest(_ name: String, _ text: @escaping @Sendable (String) -> String) -> HostileVariant {
    HostileVariant(name: name) { forgery in
      let blob = try forgery.put(.blob, "evil\n")
      let manifest = try forgery.put(.manifest, text(blob.hex))
      try forgery.commit(tree: forgery.tree([forgery.entry("a", manifest: manifest)]))
    }
  }

  private static let commits: [HostileVariant] = [
    HostileVariant(name: "a message of 20 MB") { forgery in
      try forgery.commit(tree: forgery.tree([]), message: String(repeating: "m", count: 20_000_000))
    },
    HostileVariant(name: "a message that speaks to the terminal") { forgery in
      try forgery.commit(
        tree: forgery.tree([]), message: "\u{1b}[31mred\u{7}\r\u{8}\u{9b}31m\u{202e}txt", name: "\u{1b}[2JAda")
    },
    HostileVariant(name: "a parent that is missing") { forgery in
      try forgery.commit(tree: forgery.tree([]), parents: [SHA256.digest(of: [1])])
    },
    HostileVariant(name: "a tree that is missing") { try $0.commit(tree: SHA256.digest(of: [2])) },
    HostileVariant(name: "a commit of a later version") { try $0.commit(tree: $0.tree([]), version: 2) },
    HostileVariant(name: "ten thousand parents") { forgery in
      let parents = (0..<10_000).map { SHA256.digest(of: Array("\($0)".utf8)) }
      try forgery.commit(tree: forgery.tree([]), parents: parents)
    },
    HostileVariant(name: "a ref to nothing") { try $0.point("refs/heads/hostile", to: SHA256.digest(of: [3])) },
    HostileVariant(name: "a ref to a blob") { try $0.point("refs/heads/hostile", to: $0.put(.blob, "evil\n")) },
  ]

  private static let names: [HostileVariant] = [
    "refs/heads/../../evil", "refs/heads/-rf", "refs/heads/\u{1b}[2J", "refs/heads/a..b", "HEAD", "",
    "refs/heads/.lock",
    "refs/heads/" + String(repeating: "n", count: 100_000),
  ].map { name in
    HostileVariant(name: "ref \(name.debugDescription.prefix(40))") { forgery in
      try forgery.commit(tree: forgery.tree([]))
      try forgery.run("UPDATE ref SET name = ? WHERE name = 'refs/heads/hostile'", [name])
    }
  }

  private static let records: [HostileVariant] = [
    HostileVariant(name: "a blob with another's id") { forgery in
      let id = SHA256.digest(of: Array("evil\n".utf8))
      let manifest = try forgery.manifest()
      try forgery.put(.blob, Array("EVIL\n".utf8), id: id)
      try forgery.commit(tree: forgery.tree([forgery.entry("a", manifest: manifest)]))
    },
    HostileVariant(name: "a tree of 100 MB in 16 bytes of planes") { forgery in
      let payload: [UInt8] = [1, 0, 2, 1, 0, 0, 0, 0x20]
      let id = try forgery.put(
        .tree, payload, id: SHA256.digest(of: [4]), encoding: .planes, rawByteCount: 100_000_000)
      try forgery.commit(tree: id)
    },
    HostileVariant(name: "a tree of 100 MB in 100 KB of zlib") { forgery in
      let zeros = [UInt8](repeating: 0x20, count: 100_000_000)
      let payload = try zeros.withUnsafeBytes { try ZlibStream.compress($0, strategy: .matches, limit: 1 << 20) } ?? []
      let id = try forgery.put(
        .tree, payload, id: SHA256.digest(of: zeros), encoding: .zlib, rawByteCount: zeros.count)
      try forgery.commit(tree: id)
    },
    HostileVariant(name: "a delta against itself") { forgery in
      let manifest = try forgery.manifest()
      let id = SHA256.digest(of: Array("evil\n".utf8))
      try forgery.put(.blob, Array("evil\n".utf8), base: id)
      try forgery.commit(tree: forgery.tree([forgery.entry("a", manifest: manifest)]))
    },
    HostileVariant(name: "a pack of a later version") { forgery in
      let id = try forgery.put(.blob, "evil\n")
      try forgery.commit(tree: forgery.tree([forgery.entry("a", manifest: id)]))
      let folder = forgery.project.root.appending(path: ".wgit/packs")
      for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
        let url = folder.appending(path: name)
        var bytes = try Data(contentsOf: url)
        bytes[8] = 2
        try FileManager.default.removeItem(at: url)
        try bytes.write(to: url)
      }
    },
    HostileVariant(name: "a pack that is a symbolic link") { forgery in
      try forgery.commit(tree: forgery.tree([]))
      let link = ".wgit/packs/pack-\(String(repeating: "a", count: 64)).pack"
      try FileManager.default.createSymbolicLink(
        atPath: forgery.project.root.appending(path: link).path, withDestinationPath: "/dev/zero")
    },
  ]

  private static let databases: [HostileVariant] = [
    ("a pack named after a path", "UPDATE pack SET name = '../../evil' WHERE number = 1"),
    ("a pack named after a device", "UPDATE pack SET name = '/dev/zero' WHERE number = 1"),
    ("an object at a negative place", "UPDATE object SET position = -1"),
    ("an object at the end of all places", "UPDATE object SET position = 9223372036854775807"),
    ("objects of 8 EiB", "UPDATE object SET rawByteCount = 9223372036854775807, storedByteCount = 9223372036854775807"),
    ("an unknown encoding", "UPDATE object SET encoding = 99"),
    ("ids of three bytes", "UPDATE ref SET target = x'010203'"),
    ("a head that leads out", "UPDATE head SET branch = '../../evil'"),
    ("no head", "DELETE FROM head"),
    ("a staged path that leads out", "UPDATE stage SET path = '../evil' WHERE path = 'data'"),
    ("a staged path in the control folder", "UPDATE stage SET path = '.wgit/config.yaml' WHERE path = 'data'"),
    ("a staged kind that nobody knows", "UPDATE stage SET kind = 'device'"),
    ("a schema of a later version", "INSERT INTO grdb_migrations (identifier) VALUES ('99')"),
    ("a trigger", "CREATE TRIGGER evil AFTER INSERT ON operation BEGIN DELETE FROM ref; END"),
    ("a table that is a view", "DROP TABLE stage; CREATE VIEW stage AS SELECT * FROM ref"),
  ].map { name, sql in
    HostileVariant(name: name) { forgery in
      try forgery.commit(tree: forgery.tree([forgery.entry("a", manifest: forgery.manifest())]))
      try forgery.run(sql)
    }
  }

  /// Parts of the control folder that lead elsewhere, or wait for ever.
  private static let links: [HostileVariant] = {
    var variants: [HostileVariant] = []
    for folder in ["tmp", "packs", "trash"] {
      variants.append(replacing(folder, "a link to a folder outside") { try link($0, to: "../../victim") })
    }
    for file in ["lock", "format", "config.yaml", "wgit.db", "wgit.db-wal", "wgit.db-shm", "wgit.db-journal"] {
      variants.append(replacing(file, "a link to a file outside") { try link($0, to: "../../victim/notes") })
      variants.append(replacing(file, "a link to no file yet") { try link($0, to: "../../victim/new") })
    }
    for file in ["lock", "format", "config.yaml", "wgit.db", "packs/pack-\(String(repeating: "b", count: 64)).pack"] {
      variants.append(replacing(file, "a pipe") { url in try #require(mkfifo(url.path, 0o600) == 0) })
    }
    return variants
  }()

  private static func link(_ url: URL, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: url.path, withDestinationPath: target)
  }

  private static func replacing(
    _ path: String, _ what: String, _ make: @escaping @Sendable (URL) throws -> Void
  ) -> HostileVariant {
    HostileVariant(name: ".wgit/\(path) is \(what)") { forgery in
      try forgery.commit(tree: forgery.tree([forgery.entry("a", manifest: forgery.manifest())]))
      try forgery.queue.close()
      try VictimFolder.make(beside: forgery.project)
      let url = forgery.project.root.appending(path: ".wgit/\(path)")
      try? FileManager.default.removeItem(at: url)
      try make(url)
    }
  }

  /// A few bytes that want to become many, and records that stand on each other without end.
  private static let bombs: [HostileVariant] = [
    bomb("a tree of ten million numbers", .tree, #"{"entries":["#, "0,", 10_000_000, "0]}"),
    bomb("a manifest of ten million empty objects", .manifest, #"{"segments":["#, "{},", 10_000_000, "0]}"),
    bomb("a tree of thirty million characters", .tree, #"{"entries":""#, "x", 30_000_000, #""}"#),
    bomb("a commit of a million parents", .commit, #"{"parents":["#, "\"\",", 1_000_000, "0]}"),
    HostileVariant(name: "two deltas against each other") { try circle(of: 2, $0) },
    HostileVariant(name: "a circle of a hundred deltas") { try circle(of: 100, $0) },
    HostileVariant(name: "a chain of a hundred deltas") { try circle(of: 100, isOpen: true, $0) },
    HostileVariant(name: "marks of records without records") { forgery in
      let record = PackRecord(
        kind: .manifest, encoding: .raw, id: .zero, rawByteCount: 1_000_000, storedByteCount: 1_000_000)
      let header = record.header(payload: [])
      let bytes = PackFormat.header() + (0..<30_000).flatMap { _ in header }
      try forgery.project.write(bytes, to: ".wgit/packs/\(PackFormat.fileName(SHA256.digest(of: bytes)))")
      try forgery.commit(tree: forgery.tree([]))
    },
  ]

  private static func bomb(
    _ name: String, _ kind: ObjectKind, _ start: String, _ piece: String, _ count: Int, _ end: String
  ) -> HostileVariant {
    HostileVariant(name: name) { forgery in
      var text = Array(start.utf8)
      for _ in 0..<count { text += piece.utf8 }
      text += end.utf8
      let payload = try text.withUnsafeBytes { try ZlibStream.compress($0, strategy: .matches, limit: 1 << 22) } ?? []
      let id = try forgery.put(
        kind, payload, id: SHA256.digest(of: text), encoding: .zlib, rawByteCount: text.count)
      switch kind {
      case .tree: try forgery.commit(tree: id)
      case .manifest: try forgery.commit(tree: forgery.tree([forgery.entry("a", manifest: id)]))
      default: try forgery.point("refs/heads/hostile", to: id)
      }
    }
  }

  /// Blobs of which each is a delta against the next, and the last, unless `isOpen`, against the first.
  private static func circle(of count: Int, isOpen: Bool = false, _ forgery: Forgery) throws {
    let ids = (0..<count).map { SHA256.digest(of: Array("link \($0)".utf8)) }
    let workspace = CodecWorkspace(byteCapacity: 1024)
    let (old, new) = ([UInt8](repeating: 1, count: 256), (0..<256).map { UInt8($0 & 3) })
    let delta = new.withUnsafeBytes { new in
      old.withUnsafeBytes { old in
        ChunkCodec.encodeElements(new, as: .deltaPlanes, layout: .f32, base: old, limit: 1024, workspace: workspace)
      }
    }
    let payload = try #require(delta).payload
    for index in 0..<(isOpen ? count - 1 : count) {
      try forgery.put(
        .blob, payload, id: ids[index], encoding: .deltaPlanes, rawByteCount: 256, base: ids[(index + 1) % count])
    }
    if isOpen { try forgery.put(.blob, old, id: ids[count - 1]) }
    let manifest = try forgery.put(
      .manifest,
      #"{"byteCount":256,"format":"bytes","segments":[{"byteCount":256,"chunks":["\#(ids[0].hex)"]}],"#
        + #""sha256":"\#(ids[0].hex)","type":"manifest","version":1}"#)
    try forgery.commit(tree: forgery.tree([forgery.entry("a", manifest: manifest, byteCount: "256")]))
  }
}
