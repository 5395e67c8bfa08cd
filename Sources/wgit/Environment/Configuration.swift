import Documents
import Glibc
import WeightStore

/// Settings by dotted name ("author.name"): the repository's `config.yaml` over the user's.
struct Configuration {
  /// The names wgit knows, with what they mean.
  static let known: [(name: String, meaning: String)] = [
    ("author.name", "name in commits"),
    ("author.email", "e-mail address in commits"),
    ("data.folder", "where data-set files are looked up"),
    (Attestation.keySetting, "the ssh key that 'wgit certify' signs with (--global only)"),
    (Attestation.signersSetting, "file of ssh keys whose signatures count (--global only)"),
    (ownerSetting, "'true' opens repositories of other users (--global only)"),
  ]

  static let ownerSetting = "safe.anyOwner"

  /// Read from the user's configuration alone: a repository must not vouch for itself.
  static let userSettings = [ownerSetting, Attestation.keySetting, Attestation.signersSetting]

  private(set) var user: [String: String]
  private(set) var repository: [String: String]

  /// The repository's value, else the user's.
  subscript(name: String) -> String? { repository[name] ?? user[name] }

  static func userOnly() throws -> Configuration {
    let user = try Environment.userConfigurationFile.map(read) ?? [:]
    return Configuration(user: user, repository: [:])
  }

  static func load(_ repository: Repository) throws -> Configuration {
    var configuration = try userOnly()
    configuration.repository = try read(repository.layout.configurationFile)
    return configuration
  }

  /// A missing file has no settings.
  static func read(_ path: String) throws -> [String: String] {
    guard access(path, F_OK) == 0 else { return [:] }
    let file = try OpenFile.open(path, flags: O_RDONLY | O_NONBLOCK)
    // One byte more than is allowed, and no gigabytes: the parser then says what is wrong.
    let byteCount = min(try file.byteCount(), YAMLDocument.maximumByteCount + 1)
    let text = String(decoding: try file.read(at: 0, count: byteCount), as: UTF8.self)
    let mapping = try YAMLDocument.parse(text, name: path)
    var values: [String: String] = [:]
    for (name, _) in known {
      if let value = try mapping.optionalString(name) { values[name] = value }
    }
    try mapping.finish()
    return values
  }

  /// Writes all settings of one file anew, sorted.
  static func write(_ values: [String: String], to path: String) throws {
    let lines = values.sorted { $0.key < $1.key }.map { "\($0.key): \(JSONValue.string($0.value).text)\n" }
    let folder = Folder.parent(of: path)
    for parent in [Folder.parent(of: folder), folder] where !Folder.isFolder(parent) { try Folder.create(parent) }
    let text = lines.isEmpty ? "{}\n" : lines.joined()
    try AtomicFile.write(Array(text.utf8), to: path, temporaryFolder: folder)
  }
}

extension JSONValue {
  /// A JSON string is a YAML scalar too.
  fileprivate var text: String { String(decoding: canonicalBytes(), as: UTF8.self) }
}
