/// What a command itself finds wrong, beyond the facts that libraries report.
package struct CommandError: Error {
  package enum Code: CaseIterable {
    case usage
    case notFound
    case invalidData
    case identityUnknown
    case negative
    case cannotTest
    case inputOutput
    case busy
    case permission
    case interrupted
  }

  package let code: Code
  package let message: String
  package let details: [String]
  /// The next thing to type.
  package let hint: String?

  package init(_ code: Code, _ message: String, details: [String] = [], hint: String? = nil) {
    self.code = code
    self.message = message
    self.details = details
    self.hint = hint
  }

  package var exitStatus: ExitStatus {
    switch code {
    case .usage: .usage
    case .notFound: .notFound
    case .invalidData: .invalidData
    case .identityUnknown: .usage
    case .negative: .negative
    case .cannotTest: .cannotTest
    case .inputOutput: .inputOutput
    case .busy: .busy
    case .permission: .permission
    case .interrupted: .interrupted
    }
  }
}
