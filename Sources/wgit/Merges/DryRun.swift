import Documents
import Merging
import WeightStore

/// What a merge would do, said without doing it: first what headers and hashes tell, then how the models lie to each other,
/// for which the weights that they changed are read.
struct DryRun {
  private let landing: MergeLanding
  private let output: MergeOutput

  init(_ landing: MergeLanding, _ output: MergeOutput) {
    self.landing = landing
    self.output = output
  }

  func run() throws {
    let plan = try landing.plan(readsWeights: false)
    if output == .text { print(plan) }
    guard output != .id else { return }
    let geometry = try GeometryReport(
      plan, landing.specification, names: modelNames, landing.repository,
      progress: ProgressLine(isQuiet: output != .text))
    switch output {
    case .json: Terminal.print(json(plan, geometry).prettyString())
    case .id: break
    case .text:
      guard let geometry else { return }
      if let seconds = seconds(plan, geometry) { Terminal.print("expected time: \(DryRun.text(seconds: seconds))") }
      geometry.print(base: landing.specification.base?.short ?? "the base")
    }
  }

  private func print(_ plan: MergePlan) {
    let method = landing.specification.methodName
    Terminal.print("\(Terminal.escape(method)): \(MergeView.statuses(plan.statusCounts).joined(separator: ", "))")
    let sizes = plan.sizes
    if sizes.computedTensorCount > 0 {
      Terminal.print(
        "computes \(Format.count(sizes.computedTensorCount, "tensor")), \(Format.bytes(sizes.computedByteCount)), from "
          + "\(Format.bytes(sizes.readByteCount)); \(Format.bytes(sizes.keptByteCount)) are kept as they are")
    }
    for note in landing.notes + plan.notes { Terminal.message("note: \(Terminal.escape(MergeView.text(note)))") }
    ConflictTable.print(plan, names: landing.names)
  }

  /// As the models of a method, or the sides, were typed.
  private var modelNames: [String] {
    let specification = landing.specification
    let named = Dictionary(zip(specification.sides, landing.names), uniquingKeysWith: { first, _ in first })
    guard specification.method != nil else { return landing.names }
    return specification.ingredients.map { named[$0.commit] ?? $0.commit.short }
  }

  /// What is computed is read once more, combined, coded and hashed; reading alone has just been timed.
  private func seconds(_ plan: MergePlan, _ geometry: GeometryReport) -> Double? {
    let sizes = plan.sizes
    guard geometry.readByteCount > 0, sizes.computedByteCount > 0 else { return nil }
    let rate = geometry.seconds / Double(geometry.readByteCount)
    return rate * Double(sizes.readByteCount + DryRun.writingShare * sizes.computedByteCount)
  }

  /// How many times as long as reading a byte it takes to code and hash one: a rule of thumb. On a busy machine merges of
  /// three models of 100 MB took 0.4 to 0.9 of the time that it gives.
  private static let writingShare = 3

  private static func text(seconds: Double) -> String {
    if seconds < 1 { return "less than a second" }
    return seconds < 120 ? "about \(Int(seconds.rounded())) s" : "about \(Int((seconds / 60).rounded())) min"
  }

  private func json(_ plan: MergePlan, _ geometry: GeometryReport?) -> JSONValue {
    let sizes = plan.sizes
    let seconds = geometry.flatMap { self.seconds(plan, $0) }
    let more: JSONObject = [
      "sizes": [
        "computedTensors": .integer(Int64(sizes.computedTensorCount)),
        "readByteCount": .integer(Int64(sizes.readByteCount)),
        "computedByteCount": .integer(Int64(sizes.computedByteCount)),
        "keptByteCount": .integer(Int64(sizes.keptByteCount)),
      ],
      "expectedSeconds": seconds.map { .number($0) } ?? .null,
      "geometry": geometry?.json ?? .null,
    ]
    let view = MergeView.json(plan, landing.specification, names: landing.names)
    return .object(JSONObject((view.objectValue?.members ?? []) + more.members))
  }
}
