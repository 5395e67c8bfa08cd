import Documents
import Statistics
import Trainer
import WeightStore

/// `wgit merge --preview`: how a network does on the line from what is checked out to each model that would be merged.
struct MergePreview {
  struct Line {
    let certificate: String
    let other: String
    let path: LinearPath
    let exampleCount: Int
    let diversity: Diversity
  }

  /// λ from 0 to 1.
  static let pointCount = 11

  let repository: Repository
  let head: ObjectID<Commit>
  let folder: DataFolder
  let isQuiet: Bool

  /// One line for each certificate of the branch that wgit evaluates itself, and each revision. Data that several certificates
  /// share are gone through once.
  func lines(to others: [(name: String, commit: ObjectID<Commit>)]) throws -> [Line] {
    let project = ProjectFiles.commit(repository, head)
    let files = try CertificateFile.all(in: project, folder: folder).filter { $0.certificate.evaluator == .trainer }
    guard !files.isEmpty else {
      throw CommandError(
        .cannotTest, "no certificate of this branch is evaluated by wgit itself: there is nothing to preview with")
    }
    let progress = ProgressLine(isQuiet: isQuiet)
    defer { progress.clear() }
    var lines: [Line] = []
    for file in files {
      let certificate = file.certificate
      let description = try CertificateData(certificate.data, project: project, folder: folder).description()
      let examples = try LoadedData(description, folder: folder).dataset.examples(
        certificate.rows, threadCount: Environment.threadCount)
      let ours = try model(certificate, head)
      for other in others {
        let theirs = try model(certificate, other.commit)
        guard theirs.network.json == ours.network.json else {
          throw CommandError(.negative, "'\(other.name)' has another network: there is no line to it")
        }
        lines.append(
          try line(certificate.name, to: other.name, ours, theirs, examples) { done in
            progress.update(
              "previewing \(certificate.name) on the way to \(other.name) "
                + TrainingView.bar(done, of: MergePreview.pointCount))
          })
      }
    }
    return lines
  }

  private func model(_ certificate: Certificate, _ commit: ObjectID<Commit>) throws -> ModelFiles {
    try ModelFiles(
      networkPath: certificate.networkPath, weightsPath: certificate.weightsPath, in: commit, of: repository)
  }

  private func line(
    _ certificate: String, to name: String, _ ours: ModelFiles, _ theirs: ModelFiles, _ examples: ExampleSet,
    progress: (Int) -> Void
  ) throws -> Line {
    var points: [LinearPath.Point] = []
    var ends: [[Bool]] = []
    for step in 0..<MergePreview.pointCount {
      let lambda = Double(step) / Double(MergePreview.pointCount - 1)
      let weights = try LinearPath.weights(ours.weights, theirs.weights, at: lambda)
      let evaluation = try Evaluator(
        network: ours.network, weights: weights, threadCount: Environment.threadCount
      ).evaluate(examples)
      points.append(.init(lambda: lambda, loss: evaluation.meanLogLoss, accuracy: evaluation.accuracy))
      if step == 0 || step == MergePreview.pointCount - 1 { ends.append(evaluation.correctness) }
      progress(step + 1)
    }
    return Line(
      certificate: certificate, other: name, path: LinearPath(points: points), exampleCount: examples.count,
      diversity: Diversity(first: ends[0], second: ends[1]))
  }

  static func print(_ lines: [Line]) {
    for line in lines {
      Terminal.print(
        Style.bold(
          Terminal.escape("From HEAD to \(line.other), on the \(line.exampleCount) examples of \(line.certificate)")))
      var table = TextTable(["lambda", "loss", "accuracy"], [.right, .right, .right])
      for point in line.path.points {
        table.add([
          Format.decimal(point.lambda, places: 1), Format.decimal(point.loss, places: 4),
          Format.percent(point.accuracy),
        ])
      }
      table.print()
      let number = { (value: Double?, places: Int) in value.map { Format.decimal($0, places: places) } ?? "-" }
      Terminal.print(
        "barrier of the loss   \(number(line.path.barrier, 4)) above the mean of the ends, "
          + "\(number(line.path.barrierAboveChord, 4)) above the chord")
      let gap = line.path.connectivityGap ?? 0
      Terminal.print(
        "gap of the accuracy   \(number(gap * 100, 1)) points: "
          + (gap >= 0 ? "linearly connected" : "below the chord on the way"))
      Terminal.print(
        "q-diversity           \(number(line.diversity.qDiversity, 3)), ratio-error \(number(line.diversity.ratioError, 3))"
      )
      Terminal.print("")
    }
  }

  static func json(_ lines: [Line]) -> JSONValue {
    let number = { (value: Double?) in value.map { JSONValue.number($0) } ?? .null }
    return .array(
      lines.map { line in
        [
          "certificate": .string(line.certificate), "revision": .string(line.other),
          "exampleCount": .integer(Int64(line.exampleCount)),
          "points": .array(
            line.path.points.map {
              ["lambda": .number($0.lambda), "loss": .number($0.loss), "accuracy": .number($0.accuracy)]
            }), "barrier": number(line.path.barrier), "barrierAboveChord": number(line.path.barrierAboveChord),
          "connectivityGap": number(line.path.connectivityGap), "qDiversity": number(line.diversity.qDiversity),
          "ratioError": number(line.diversity.ratioError),
        ]
      })
  }
}
