import ArgumentParser
import Documents
import Merging
import Trainer
import WeightStore

/// A greedy soup of branches: models are tried from the best to the worst, and one stays if the average with it does well
/// enough on a certificate for validation.
struct GreedyMerge {
  static let name = "greedy"

  /// What came of the choice.
  enum Choice {
    /// What is checked out, alone.
    case stay
    /// One model, which descends from what is checked out.
    case forward(ObjectID<Commit>)
    case merge(MergeLanding)
  }

  let repository: Repository
  let rule: GreedySelection.Rule
  let certificateName: String?
  let dataFolder: DataFolderOption
  let output: MergeOutput

  /// `greedy` or `greedy:accept=improves`.
  ///
  /// - Returns: `nil` for another strategy.
  /// - Throws: `CommandError.usage` for parameters that it does not have.
  static func rule(of strategy: String) throws -> GreedySelection.Rule? {
    let parts = strategy.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts[0] == name else { return nil }
    guard parts.count > 1 else { return .improves }
    let setting = parts[1].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard setting.count == 2, setting[0] == "accept", let rule = rules.first(where: { $0.word == setting[1] })?.rule
    else {
      throw CommandError(
        .usage, "'\(parts[1])' is no parameter of greedy", hint: "greedy:accept=improves or greedy:accept=keeps-up")
    }
    return rule
  }

  static let rules: [(word: String, rule: GreedySelection.Rule)] = [
    ("improves", .improves), ("keeps-up", .keepsUp),
  ]

  static func word(of rule: GreedySelection.Rule) -> String { rules.first { $0.rule == rule }?.word ?? "" }

  private var ruleWord: String { GreedyMerge.word(of: rule) }

  /// Chooses among what is checked out and the revisions.
  func choose(_ revisions: [(name: String, commit: ObjectID<Commit>)]) throws -> Choice {
    guard let head = try repository.headCommitID() else {
      throw StoreError(.unbornBranch, "there is no commit to start from yet")
    }
    let tips = try repository.graph.tips(of: [head] + revisions.map(\.commit))
    let named = Dictionary(revisions.map { ($0.commit, $0.name) }, uniquingKeysWith: { first, _ in first })
    let names = tips.map { $0 == head ? "HEAD" : named[$0] ?? $0.short }
    let runner = CertificateRunner(
      repository, project: .commit(repository, head), folder: try dataFolder.resolve(repository))
    let certificate = try certificate(runner)
    let progress = ProgressLine(isQuiet: output != .text)
    runner.progress = { progress.update($0) }
    func score(_ name: String, _ commit: ObjectID<Commit>) throws -> Double {
      progress.update("evaluating \(name) with \(certificate.certificate.name)")
      let metric = certificate.certificate.metric
      let value = try runner.evaluate(certificate, commit).value(metric.name)
      return metric.measure.isLowerBetter ? -value : value
    }
    let candidates = try zip(names, tips).map { GreedySelection.Candidate(name: $0, score: try score($0, $1)) }
    let selection = try GreedySelection(candidates, rule: rule) { positions in
      var trial = try landing(
        of: positions.map { tips[$0] }, names: names, tips, head, message: "Greedy trial")
      trial.output = .id
      return try score(positions.map { names[$0] }.joined(separator: " + "), trial.build().id)
    }
    progress.clear()
    try runner.recordResults()
    if output == .text { print(selection, candidates, certificate.certificate) }
    let chosen = selection.selected.map { tips[$0] }
    if chosen == [head] { return .stay }
    if chosen.count == 1, try repository.graph.isAncestor(head, of: chosen[0]) { return .forward(chosen[0]) }
    var result = try landing(
      of: chosen, names: names, tips, head,
      message: "Merge \(selection.selected.map { names[$0] }.filter { $0 != "HEAD" }.joined(separator: ", ")) by greedy"
    )
    result.more = ["selection": json(selection, candidates, tips, certificate)]
    return .merge(result)
  }

  /// An average of some of the models, on the current branch.
  private func landing(
    of chosen: [ObjectID<Commit>], names: [String], _ tips: [ObjectID<Commit>], _ head: ObjectID<Commit>,
    message: String
  ) throws -> MergeLanding {
    let method = MergeMethods.method(try MergeStrategy(parsing: "ratatouille"))
    let specification = try repository.soup(method, of: chosen)
    let sideNames = specification.sides.map { side in
      zip(names, tips).first { $0.1 == side }?.0 ?? (side == head ? "HEAD" : side.short)
    }
    var landing = MergeLanding(
      repository, specification, names: sideNames, message: message, parents: try repository.parents(of: specification))
    landing.output = output
    return landing
  }

  /// The certificate that chooses: never one that the result is to be judged by.
  private func certificate(_ runner: CertificateRunner) throws -> CertificateFile {
    let file = try validation(runner)
    guard file.certificate.metric.slice != .eachDomain else {
      throw CommandError(
        .usage, "'\(file.certificate.name)' has a value for each domain, and none for all",
        hint: "choose by the mean or by the worst domain")
    }
    return file
  }

  private func validation(_ runner: CertificateRunner) throws -> CertificateFile {
    let all = try runner.certificates(named: certificateName.map { [$0] } ?? [])
    if let certificateName, let only = all.first {
      guard only.certificate.role == .validation else {
        throw CommandError(
          .usage,
          only.certificate.role == .test
            ? "'\(certificateName)' is for testing: models that are chosen by it would look better than they are"
            : "'\(certificateName)' does not say that it is for validation",
          hint: "choose by data that nothing is judged by, in a certificate with 'role: validation'")
      }
      return only
    }
    let fit = all.filter { $0.certificate.role == .validation }
    guard fit.count == 1 else {
      throw CommandError(
        .usage,
        fit.isEmpty ? "no certificate is for validation" : "\(fit.count) certificates are for validation",
        details: fit.map(\.certificate.name),
        hint: fit.isEmpty
          ? "write 'role: validation' into the one that models are to be chosen by" : "name one: --certificate NAME")
    }
    return fit[0]
  }

  // MARK: - Words

  private func print(
    _ selection: GreedySelection, _ candidates: [GreedySelection.Candidate], _ certificate: Certificate
  ) {
    let metric = certificate.metric
    func text(_ score: Double) -> String {
      let value = metric.measure.isLowerBetter ? -score : score
      return metric.measure.isFraction ? Format.percent(value, places: 2) : Format.significant(value)
    }
    var table = TextTable(["model", "alone", "with it", ""], [.left, .right, .right, .left])
    for step in selection.steps {
      let candidate = candidates[step.candidate]
      table.add([
        Terminal.escape(candidate.name), text(candidate.score), text(step.score),
        step.isAccepted ? "stays" : "left out",
      ])
    }
    let condition = rule == .improves ? "improves" : "keeps up"
    Terminal.print(
      "chosen by \(Terminal.escape(certificate.name)), \(metric.name): a model stays if the average with it \(condition)"
    )
    table.print()
  }

  /// What the commit records of the choice.
  private func json(
    _ selection: GreedySelection, _ candidates: [GreedySelection.Candidate], _ tips: [ObjectID<Commit>],
    _ certificate: CertificateFile
  ) -> JSONValue {
    let metric = certificate.certificate.metric
    return [
      "accept": .string(ruleWord),
      "certificate": .string(certificate.certificate.name),
      "metric": .string(certificate.certificate.metric.name),
      "certificateDigest": .string(certificate.digest.hex),
      "steps": .array(
        selection.steps.map { step in
          [
            "commit": .string(tips[step.candidate].hex),
            "alone": GreedyMerge.number(candidates[step.candidate].score, metric),
            "score": GreedyMerge.number(step.score, metric), "accepted": .bool(step.isAccepted),
          ]
        }),
    ]
  }

  private static func number(_ score: Double, _ metric: CertificateMetric) -> JSONValue {
    score.isFinite ? .number(metric.measure.isLowerBetter ? -score : score) : .null
  }
}
