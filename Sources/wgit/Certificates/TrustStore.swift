import Glibc
import WeightStore

/// What the user has allowed to run on this machine: one file for each digest, beside the user's configuration.
///
/// A digest covers the certificate and every file its command is given, so a change of any of them asks again.
struct TrustStore {
  struct Entry {
    let digest: Digest
    /// Where it stood, and the command, for people.
    let description: String
  }

  private let folder: String

  static func user() throws -> TrustStore {
    guard let file = Environment.userConfigurationFile else {
      throw CommandError(
        .permission, "there is no home folder to keep what you allow", hint: "set HOME or XDG_CONFIG_HOME")
    }
    return TrustStore(folder: "\(Folder.parent(of: file))/trusted")
  }

  func isTrusted(_ digest: Digest) -> Bool { access(path(digest), F_OK) == 0 }

  func trust(_ digest: Digest, description: String) throws {
    for parent in [Folder.parent(of: Folder.parent(of: folder)), Folder.parent(of: folder), folder]
    where !Folder.isFolder(parent) {
      try Folder.create(parent)
    }
    try AtomicFile.write(Array("\(description)\n".utf8), to: path(digest), temporaryFolder: folder)
  }

  /// Whether there was something to take back.
  func revoke(_ digest: Digest) -> Bool { unlink(path(digest)) == 0 }

  func entries() throws -> [Entry] {
    guard Folder.isFolder(folder) else { return [] }
    return try Folder.names(in: folder).sorted().compactMap { name in
      guard let digest = Digest(hex: name) else { return nil }
      let file = try OpenFile.openRegular("\(folder)/\(name)")
      let bytes = try file.read(at: 0, count: min(file.byteCount(), 1 << 16))
      let text = String(decoding: bytes, as: UTF8.self)
      return Entry(digest: digest, description: text.hasSuffix("\n") ? String(text.dropLast()) : text)
    }
  }

  private func path(_ digest: Digest) -> String { "\(folder)/\(digest.hex)" }
}
