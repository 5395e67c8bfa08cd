import WeightStore

/// What a merge would do, said without doing it.
struct DryRun {
  private let landing: MergeLanding
  private let output: MergeOutput

  init(_ landing: MergeLanding, _ output: MergeOutput) {
    self.landing = landing
    self.output = output
  }

  func run() throws {
    let plan = try landing.plan(readsWeights: false)
    switch output {
    case .json: Terminal.print(MergeView.json(plan, landing.specification, names: landing.names).prettyString())
    case .id: break
    case .text:
      let method = landing.specification.methodName
      Terminal.print("\(Terminal.escape(method)): \(MergeView.statuses(plan.statusCounts).joined(separator: ", "))")
      ConflictTable.print(plan, names: landing.names)
    }
  }
}
