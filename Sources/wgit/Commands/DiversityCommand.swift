import ArgumentParser
import Documents
import Reports
import Trainer
import WeightStore

struct DiversityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diversity",
    abstract: "Measure how differently models err, and what averaging them gains.",
    usage: "wgit diversity [<options>] <revisions> ...",
    discussion: """
      Every model is evaluated on the data of --data FILE or of the certificates, alone and together with the others: as \
      an ensemble, which tells the class of the largest mean of their logits, and as the average of their weights.

      For each pair, with Nrw the number of examples that the first tells right and the second wrong, and so on:
        q-diversity    1 - (Nrr Nww - Nrw Nwr) / (Nrr Nww + Nrw Nwr)
        ratio-error    (Nrw + Nwr) / Nww
        disagreement   the share of examples of which they tell
                       different classes
        same errors    of the examples that both tell wrong, the share
                       of which they tell the same class
        gain           with --gain: the accuracy of the average of the
                       two, above the mean of theirs

      Examples:
        wgit diversity target/a target/b target/c
        wgit diversity target/a target/b --data data/rotated.yaml --gain
        wgit diversity target/a target/b target/c --svg gain.svg --json
      """)

  @OptionGroup var data: MeasurementDataOptions

  @Flag(help: "Also evaluate the average of each pair.")
  var gain = false

  @Option(help: ArgumentHelp("Also draw gain over diversity, as SVG.", valueName: "file"), completion: .file())
  var svg: String?

  @OptionGroup var output: JSONOption

  @Argument(help: "Two revisions or more.", completion: Completion.revision)
  var revisions: [String]

  func validate() throws {
    guard revisions.count > 1 else { throw ValidationError("Diversity is of two models or more.") }
  }

  func run() throws {
    let repository = try Environment.openRepository()
    let commits = try revisions.map(repository.resolve)
    let views = try data.load(repository).map { data in
      DiversityView(
        names: revisions, data: data.name,
        measurement: try EnsembleRun(
          models: zip(revisions, commits).map { try MeasuredModel($0, $1, for: data, in: repository) }, data: data,
          withPairs: gain || svg != nil, isQuiet: output.json
        ).measure())
    }
    if let svg {
      try ReportFile.write(SVGDrawing.file(views.map(\.drawings), title: "Diversity and gain"), to: svg)
    }
    if output.json {
      output.print([
        "revisions": .array(
          zip(revisions, commits).map { ["revision": .string($0), "commit": .string($1.hex)] }),
        "data": .array(views.map(\.json)),
      ])
    } else {
      views.forEach { $0.print() }
    }
  }
}
