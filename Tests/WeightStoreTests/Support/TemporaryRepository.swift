import Foundation
import WeightStore

/// A repository in a folder of its own that vanishes with this value. The clock stands still unless a test moves it.
final class TemporaryRepository {
  let folder: String
  let repository: Repository

  static let settings = Repository.Settings(workerCount: 2, lockTimeoutSeconds: 5, now: { 1_700_000_000 })
  static let signature = Commit.Signature(
    name: "Ada", email: "ada@example.org", unixSeconds: 1_700_000_000, zoneMinutes: 60)

  init() throws {
    folder = try FileManager.default.url(
      for: .itemReplacementDirectory, in: .userDomainMask,
      appropriateFor: URL(fileURLWithPath: NSTemporaryDirectory()), create: true
    ).resolvingSymlinksInPath().path
    repository = try Repository.initialize(
      at: folder, initialBranch: "main", settings: TemporaryRepository.settings)
  }

  /// A copy of another one as it stands.
  init(copying other: TemporaryRepository) throws {
    folder = other.folder + "-copy-\(UUID().uuidString)"
    try FileManager.default.copyItem(atPath: other.folder, toPath: folder)
    repository = try Repository.open(containing: folder, settings: TemporaryRepository.settings)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func reopen() throws -> Repository {
    try Repository.open(containing: folder, settings: TemporaryRepository.settings)
  }

  func write(_ bytes: [UInt8], to path: String) throws {
    let url = URL(fileURLWithPath: "\(folder)/\(path)")
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func read(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(path)")))
  }

  func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: "\(folder)/\(path)") }

  func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: "\(folder)/\(path)") }

  /// A symbolic link in the working folder.
  func link(_ path: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: "\(folder)/\(path)", withDestinationPath: target)
  }

  func setExecutable(_ path: String, _ isExecutable: Bool) throws {
    try FileManager.default.setAttributes(
      [.posixPermissions: isExecutable ? 0o755 : 0o644], ofItemAtPath: "\(folder)/\(path)")
  }

  func names(in path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(path)").sorted()
  }

  @discardableResult
  func commit(_ message: String) throws -> Repository.CommitOutcome {
    _ = try repository.add([nil])
    return try repository.commit(
      message: message, author: TemporaryRepository.signature, committer: TemporaryRepository.signature)
  }
}
