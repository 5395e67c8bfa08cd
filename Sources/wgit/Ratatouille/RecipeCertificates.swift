import ArgumentParser
import WeightStore

/// The certificates that a recipe names, judged on the averages of each cell against its ordinary fine-tuning.
struct RecipeCertificates {
  let runner: CertificateRunner
  let files: [CertificateFile]

  /// - Throws: `ExitCode` if one fails or cannot be decided.
  func judge(_ plan: RatatouillePlan, _ repository: Repository, isShown: Bool) throws {
    let progress = ProgressLine(isQuiet: !isShown)
    runner.progress = { progress.update($0) }
    var outcomes: [CertificateOutcome] = []
    for cell in plan.cells {
      let baseline = try cell.pools.first?.models.first.flatMap { try commit($0, repository) }
      for row in cell.rows where row.method.baseline == nil {
        guard case .model(let model) = row.rule, let commit = try commit(model, repository) else { continue }
        for file in files {
          outcomes += try runner.run(
            file, revision: "\(cell.label)/\(row.method.name)", commit: commit, comparison: .init(against: baseline))
        }
      }
    }
    progress.clear()
    try runner.recordResults()
    if isShown {
      Terminal.print("")
      CertificateTable.print(outcomes)
    }
    switch outcomes.verdict {
    case .holds: return
    case .fails: throw ExitCode(ExitStatus.negative.rawValue)
    case .undecided: throw ExitCode(ExitStatus.cannotTest.rawValue)
    }
  }

  private func commit(_ model: ModelSource, _ repository: Repository) throws -> ObjectID<Commit>? {
    guard case .step(let key) = model else { return nil }
    return try repository.target(of: RefName.step(key))
  }
}
