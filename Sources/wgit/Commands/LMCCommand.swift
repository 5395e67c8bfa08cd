import ArgumentParser
import Documents
import Reports
import WeightStore

struct LMCCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lmc",
    abstract: "Measure loss and accuracy on the line between two models.",
    usage: "wgit lmc [<options>] <a> <b>",
    discussion: """
      The weights (1 - λ) A + λ B are evaluated at equal steps of λ, on the data of --data FILE or of the certificates. \
      Two models are linearly connected if the accuracy nowhere falls below the chord, the straight line between \
      those of A and B: then their average is worth a try.

        barrier      how far the loss rises above the mean of the ends
        gap          the least difference of the accuracy to its chord
        gain         the accuracy half way, above the mean of the ends

      Data of several domains are shown by domain too. --svg draws the curves with their chords.

      Examples:
        wgit lmc main target/a --data data/rotated.yaml
        wgit lmc target/a target/b --points 21 --svg path.svg
        wgit lmc target/a target/b -c held-out --json
      """)

  @OptionGroup var data: MeasurementDataOptions

  @Option(help: ArgumentHelp("Evaluate at so many points, the ends among them.", valueName: "number"))
  var points = 11

  @Option(help: ArgumentHelp("Also draw the curves, as SVG.", valueName: "file"), completion: .file())
  var svg: String?

  @OptionGroup var output: JSONOption

  @Argument(help: "The revision at λ = 0.", completion: Completion.revision)
  var first: String

  @Argument(help: "The revision at λ = 1.", completion: Completion.revision)
  var second: String

  func validate() throws {
    guard (2...1001).contains(points) else { throw ValidationError("--points must be between 2 and 1001.") }
  }

  func run() throws {
    let repository = try Environment.openRepository()
    let (a, b) = (try repository.resolve(first), try repository.resolve(second))
    let progress = ProgressLine(isQuiet: output.json)
    defer { progress.clear() }
    let views = try data.load(repository).map { data in
      let ends = try [(first, a), (second, b)].map { try MeasuredModel($0.0, $0.1, for: data, in: repository) }
      let measurement = try ends[0].path(to: ends[1], on: data.examples, pointCount: points) { done in
        progress.update("evaluating on \(data.name) \(TrainingView.bar(done, of: points))")
      }
      return PathView(first: first, second: second, data: data.name, measurement: measurement)
    }
    progress.clear()
    if let svg {
      try ReportFile.write(SVGDrawing.file(views.map(\.drawings), title: "From \(first) to \(second)"), to: svg)
    }
    if output.json {
      output.print([
        "first": ["revision": .string(first), "commit": .string(a.hex)],
        "second": ["revision": .string(second), "commit": .string(b.hex)], "data": .array(views.map(\.json)),
      ])
    } else {
      views.forEach { $0.print() }
    }
  }
}
