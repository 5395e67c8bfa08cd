import Documents
import Reports
import WeightStore

/// How a commit's weights were made, for a report. Details come from the commit, and may be anything.
struct RecipeReport {
  let recipe: Recipe
  let links: ReportLinks

  var blocks: [ReportBlock] {
    switch recipe.kind {
    case .import: [.paragraph([.plain("Files were added as they are.")])]
    case .finetune: finetune
    case .merge: merge
    }
  }

  private var details: JSONObject { recipe.details }

  private func text(_ value: JSONValue?) -> String? {
    switch value {
    case .string(let text): text
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    default: nil
    }
  }

  // MARK: Fine-tuning

  private var finetune: [ReportBlock] {
    let task = details["task"]
    var facts: [ReportBlock.Fact] = []
    for (name, value) in [
      ("task", task?["task"]), ("trained by", details["exec"]), ("data", task?["data"]),
      ("network", task?["network"]), ("optimizer", task?["optimizer"]?["name"]),
      ("learning rate", task?["optimizer"]?["learning-rate"]), ("batch", task?["batch"]),
      ("steps", details["stepCount"]), ("seed", details["seed"]),
    ] { if let shown = text(value) { facts.append(.init(name, shown)) } }
    if let head = details["headFrom"]?.stringValue, let digest = Digest(hex: head) {
      facts.append(.init("head from", [links.commit(ObjectID(digest))]))
    }
    let metrics = details["metrics"]
    for (name, key) in [
      ("accuracy on training rows", "trainAccuracy"), ("accuracy on validation rows", "validationAccuracy"),
      ("after the linear probe", "probeValidationAccuracy"),
    ] { if let value = metrics?[key]?.numberValue { facts.append(.init(name, Format.percent(value))) } }
    let curves = [
      curve(
        "Training loss", [("loss", details["loss"], "values", 1), ("linear probe", details["probeLoss"], "values", 1)]),
      curve("Validation accuracy", [("accuracy, %", details["validation"], "accuracies", 100)]),
    ].compactMap(\.self)
    var blocks: [ReportBlock] = [.facts(facts)]
    if !curves.isEmpty { blocks.append(.drawings(curves)) }
    blocks += data
    if let task { blocks.append(.details("The task, as recorded", [.preformatted(task.prettyString())])) }
    return blocks
  }

  /// A curve that the commit records; of two the second has its own steps.
  private func curve(
    _ title: String, _ parts: [(name: String, json: JSONValue?, key: String, scale: Double)]
  ) -> SVGDrawing? {
    let series = parts.compactMap { part -> LinePlot.Series? in
      let steps = (part.json?["steps"]?.arrayValue ?? []).map { $0.numberValue ?? .nan }
      let values = (part.json?[part.key]?.arrayValue ?? []).map { ($0.numberValue ?? .nan) * part.scale }
      let points = zip(steps, values).map { LinePlot.Point($0, $1) }
      return points.count > 1 ? LinePlot.Series(part.name, .curve, points) : nil
    }
    guard let first = series.first, let start = first.points.first, let end = first.points.last else { return nil }
    return LinePlot(
      title: title,
      summary: "From \(Format.significant(start.y)) at step \(Format.decimal(start.x, places: 0)) to "
        + "\(Format.significant(end.y)) at step \(Format.decimal(end.x, places: 0)).",
      x: .init("step"), y: .init(parts[0].name), series: series
    ).drawing
  }

  private var data: [ReportBlock] {
    let files = details["data"]?.arrayValue ?? []
    guard !files.isEmpty else { return [] }
    var table = ReportTable("Files that were trained on", [.init("file"), .init("SHA-256")])
    for file in files {
      table.add([
        [.code(file["name"]?.stringValue ?? "?")], [.code(String((file["sha256"]?.stringValue ?? "?").prefix(16)))],
      ])
    }
    return [.details("Files that were trained on", [.table(table)])]
  }

  // MARK: Merging

  private var merge: [ReportBlock] {
    var facts: [ReportBlock.Fact] = [.init("method", recipe.method ?? "merge")]
    if let paper = details["paper"]?.stringValue { facts.append(.init("paper", paper)) }
    if let base = recipe.base { facts.append(.init("base", [links.commit(base)])) }
    if let parameters = details["parameters"]?.objectValue, !parameters.members.isEmpty {
      facts.append(
        .init(
          "parameters",
          parameters.members.map { "\($0.key) \(text($0.value) ?? $0.value.compactText)" }.joined(separator: ", ")))
    }
    if let tensors = details["tensors"], let combined = tensors["combined"]?.integerValue {
      facts.append(.init("tensors", "\(combined) combined, \(tensors["kept"]?.integerValue ?? 0) kept"))
    }
    if let gate = details["gate"]?.stringValue { facts.append(.init("gate", gate)) }
    return [.facts(facts)]
  }
}

extension JSONValue {
  fileprivate var compactText: String { String(decoding: compactBytes(), as: UTF8.self) }
}
