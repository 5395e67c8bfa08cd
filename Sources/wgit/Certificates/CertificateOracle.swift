import Trainer
import WeightStore

/// Certificates as the judge of a bisection.
struct CertificateOracle {
  private let runner: CertificateRunner
  private let certificates: [CertificateFile]
  private let baseline: ObjectID<Commit>

  init(
    _ repository: Repository, names: [String], baseline: ObjectID<Commit>, folder: DataFolder, isQuiet: Bool
  ) throws {
    runner = CertificateRunner(repository, project: .workingFolder(repository), folder: folder)
    certificates = try runner.certificates(named: names)
    self.baseline = baseline
    let line = ProgressLine(isQuiet: isQuiet)
    runner.progress = { text in line.update(text) }
  }

  /// - Throws: what is wrong with the data: that would be so for every commit.
  func ask(_ commit: ObjectID<Commit>) throws -> Bisection.Answer {
    var outcomes: [CertificateOutcome] = []
    do {
      for certificate in certificates {
        outcomes += try runner.run(
          certificate, revision: commit.short, commit: commit, comparison: .init(mergeTarget: baseline))
      }
    } catch let error as TrainerError where Self.isOfTheModel(error.code) {
      return .untested
    } catch let error as StoreError where error.code == .unknownPath {
      return .untested
    } catch let error as CommandError where error.code == .cannotTest {
      return .untested
    }
    return switch outcomes.verdict {
    case .holds: .good
    case .fails: .bad
    case .undecided: .untested
    }
  }

  func recordResults() throws { try runner.recordResults() }

  /// Whether another commit may do without the error.
  private static func isOfTheModel(_ code: TrainerError.Code) -> Bool {
    switch code {
    case .malformedNetwork, .missingParameter, .unexpectedParameter, .wrongParameterShape, .shapeMismatch,
      .classCountMismatch, .malformedAdapter:
      true
    default: false
    }
  }
}
