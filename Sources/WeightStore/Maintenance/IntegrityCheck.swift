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

  package init(_ severity: Severity, _ subject: String, _ message: String) {
    self.severity = severity
    self.subject = subject
    self.message = message
  }
}

extension Repository {
  package static let integrityChecks: [any IntegrityCheck.Type] = [
    DatabaseCheck.self, PackCheck.self, IndexCheck.self, ReachabilityCheck.self, OperationLogCheck.self,
  ]

  /// Runs all checks; every byte in every pack is read, decoded and hashed.
  ///
  /// A writer that works meanwhile changes what the checks compare. So damage is only believed when it is found again
  /// while writers wait.
  package func checkIntegrity(started: (any IntegrityCheck.Type) -> Void = { _ in }) throws -> [IntegrityFinding] {
    let findings = try runChecks(started: started)
    guard findings.contains(where: { $0.severity == .damage }), !database.isReadOnly,
      let lock = SharedLock.wait(folder: layout.root, timeoutSeconds: settings.lockTimeoutSeconds)
    else { return findings }
    let confirmed = try runChecks(started: started)
    withExtendedLifetime(lock) {}
    return confirmed
  }

  private func runChecks(started: (any IntegrityCheck.Type) -> Void) throws -> [IntegrityFinding] {
    var findings: [IntegrityFinding] = []
    for check in Repository.integrityChecks {
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
