/// One kind of damage that `fsck` looks for. One check, one file.
package protocol IntegrityCheck: Sendable {
  /// What it proves when it finds nothing.
  static var summary: String { get }
  init()
  func run(on repository: Repository, report: (IntegrityFinding) -> Void) throws
}

package struct IntegrityFinding: Sendable {
  package enum Severity: String, Sendable {
    /// Something that was stored cannot be read as it was.
    case damage
    /// Harmless, but worth knowing: left-overs of an interrupted command.
    case note
  }

  package let severity: Severity
  package let message: String
  /// The object or file concerned.
  package let subject: String
  /// Objects that cannot be read because of it.
  let unreadable: [ObjectKey]

  init(_ severity: Severity, _ subject: String, _ message: String, unreadable: [ObjectKey] = []) {
    self.severity = severity
    self.subject = subject
    self.message = message
    self.unreadable = unreadable
  }
}

extension Repository {
  package static let integrityChecks: [any IntegrityCheck.Type] = [
    DatabaseCheck.self, PackCheck.self, IndexCheck.self, ReachabilityCheck.self, OperationLogCheck.self,
  ]

  /// Runs all checks; every byte in every pack is read, decoded and hashed.
  ///
  /// - Parameter full: also puts every file together.
  /// A writer that works meanwhile changes what the checks compare. So damage is only believed when it is found again
  /// while writers wait.
  package func checkIntegrity(
    full: Bool = false, started: (any IntegrityCheck.Type) -> Void = { _ in }
  ) throws -> [IntegrityFinding] {
    let checks = Repository.integrityChecks + (full ? [FileCheck.self] : [])
    let findings = try run(checks, started: started)
    guard findings.contains(where: { $0.severity == .damage }), !database.isReadOnly,
      let lock = SharedLock.wait(folder: layout.root, timeoutSeconds: settings.lockTimeoutSeconds)
    else { return findings }
    let confirmed = try run(checks, started: started)
    withExtendedLifetime(lock) {}
    return confirmed
  }

  private func run(
    _ checks: [any IntegrityCheck.Type], started: (any IntegrityCheck.Type) -> Void
  ) throws -> [IntegrityFinding] {
    var findings: [IntegrityFinding] = []
    for check in checks {
      started(check)
      do {
        try check.init().run(on: self) { findings.append($0) }
      } catch let error as StoreError {
        findings.append(IntegrityFinding(.damage, "\(check.summary): cannot be checked", error.message))
      }
    }
    return findings
  }
}
