import Documents
import Reports
import Tensors
import WeightStore

/// A comparison as text and as JSON.
enum DiffView {
  static func print(_ file: Repository.FileDifference) {
    guard let comparison = printHeader(file) else { return }
    let hasMagnitudes = comparison.changes.contains { $0.difference?.magnitudes != nil }
    var table = TextTable(
      ["  tensor", "shape", "dtype", "relative change", "cosine", "rank", "largest", "changed"]
        + (hasMagnitudes ? ["moved by"] : []),
      [.left, .left, .left, .right, .right, .right, .right, .right] + (hasMagnitudes ? [.left] : []))
    for change in comparison.changes {
      table.add(row(change) + (hasMagnitudes ? [change.difference.flatMap(magnitudes) ?? ""] : []))
    }
    if !comparison.changes.isEmpty { table.print() }
  }

  /// The same summed up by layer.
  static func printLayers(_ file: Repository.FileDifference) {
    guard let comparison = printHeader(file), !comparison.changes.isEmpty else { return }
    let layers = LayerChanges(comparison).layers
    let changes = layers.map { $0.changedCount > 0 ? $0.difference.relativeChange : .nan }
    let most = changes.filter(\.isFinite).max() ?? 0
    var table = TextTable(
      ["  layer", "tensors", "relative change", "cosine", "largest", "changed", ""],
      [.left, .right, .right, .right, .right, .right, .left])
    for layer in layers {
      let difference = layer.difference
      let isMeasured = layer.changedCount > 0
      table.add([
        "  " + Terminal.escape(layer.name), "\(layer.changedCount + layer.otherCount)",
        isMeasured ? Format.significant(difference.relativeChange) : "-",
        difference.cosine.map { Format.decimal($0, places: 6) } ?? "-",
        isMeasured ? Format.significant(difference.maximumAbsolute) : "-",
        isMeasured ? Format.percent(difference.changedFraction) : "-",
        most > 0
          ? String(repeating: "█", count: Int((min(max(difference.relativeChange / most, 0), 1) * 24).rounded())) : "",
      ])
    }
    table.print()
    if layers.count > 1 { Terminal.print("  along the layers  \(Sparkline.text(Sparkline.thinned(changes, to: 60)))") }
  }

  /// `modified model.safetensors: 3 of 8 tensors changed`.
  private static func printHeader(_ file: Repository.FileDifference) -> CheckpointComparison? {
    let path = Terminal.escape(file.path.text)
    guard let comparison = file.tensors else {
      Terminal.print(Style.bold("\(file.kind.rawValue) \(path)") + sizes(file))
      return nil
    }
    let total = comparison.changes.count + comparison.unchangedCount
    Terminal.print(
      Style.bold("\(file.kind.rawValue) \(path)")
        + ": \(comparison.changes.count) of \(Format.count(total, "tensor")) changed")
    if let prefix = comparison.prefix {
      let text = Terminal.escape(prefix.text)
      Terminal.print("  names \(prefix.isAdded ? "now begin" : "no longer begin") with '\(text)'")
    }
    return comparison
  }

  /// `2^-12 ▁▃█▅ 2^-9`: how many elements moved by each power of two.
  private static func magnitudes(_ difference: TensorDifference) -> String? {
    guard let counts = difference.magnitudes, let first = counts.firstIndex(where: { $0 > 0 }),
      let last = counts.lastIndex(where: { $0 > 0 })
    else { return nil }
    let shown = counts[first...last].map(Double.init)
    let exponent = TensorDifference.smallestExponent
    return "2^\(first + exponent) \(Sparkline.text(shown, in: 0...(shown.max() ?? 1))) 2^\(last + exponent)"
  }

  private static func row(_ change: CheckpointComparison.TensorChange) -> [String] {
    ["  " + Terminal.escape(change.name)] + cells(change)
  }

  /// Shape, type, and how far the tensor moved: relative change, cosine, rank, largest, changed.
  static func cells(_ change: CheckpointComparison.TensorChange) -> [String] {
    let tensor = change.after ?? change.before
    let row = [tensor?.shape.description ?? "", tensor?.dtype.rawValue ?? ""]
    guard let difference = change.difference else { return row + [status(change), "", "", "", ""] }
    return row + [
      Format.significant(difference.relativeChange),
      difference.cosine.map { Format.decimal($0, places: 6) } ?? "-",
      difference.rank.map { $0.isLowerBound ? ">\(DifferenceSketch.largestRank)" : "\($0.value)" } ?? "-",
      Format.significant(difference.maximumAbsolute), Format.percent(difference.changedFraction),
    ]
  }

  private static func status(_ change: CheckpointComparison.TensorChange) -> String {
    switch change.status {
    case .reshaped: "was \(change.before?.shape.description ?? "")"
    case .recast: "was \(change.before?.dtype.rawValue ?? "")"
    default: change.status.rawValue
    }
  }

  private static func sizes(_ file: Repository.FileDifference) -> String {
    switch (file.byteCountBefore, file.byteCountAfter) {
    case (let before?, let after?): ": \(Format.bytes(before)) -> \(Format.bytes(after))"
    case (nil, let after?): ": \(Format.bytes(after))"
    case (let before?, nil): ": \(Format.bytes(before))"
    case (nil, nil): ""
    }
  }

  static func json(_ file: Repository.FileDifference, byLayer: Bool = false) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("path", .string(file.path.text)), ("change", .string(file.kind.rawValue)),
      ("byteCountBefore", file.byteCountBefore.map { .integer(Int64($0)) } ?? .null),
      ("byteCountAfter", file.byteCountAfter.map { .integer(Int64($0)) } ?? .null),
      ("prefixAdded", file.tensors?.prefix.flatMap { $0.isAdded ? .string($0.text) : nil } ?? .null),
      ("prefixRemoved", file.tensors?.prefix.flatMap { $0.isAdded ? nil : .string($0.text) } ?? .null),
      ("unchangedTensors", file.tensors.map { .integer(Int64($0.unchangedCount)) } ?? .null),
    ]
    if byLayer {
      members.append(("layers", file.tensors.map { .array(LayerChanges($0).layers.map(json)) } ?? .null))
    } else {
      members.append(("tensors", file.tensors.map { .array($0.changes.map(json)) } ?? .null))
    }
    return .object(JSONObject(members))
  }

  private static func json(_ layer: LayerChanges.Layer) -> JSONValue {
    let difference = layer.changedCount > 0 ? layer.difference : nil
    return [
      "name": .string(layer.name),
      "changedTensors": .integer(Int64(layer.changedCount)), "otherTensors": .integer(Int64(layer.otherCount)),
      "relativeChange": difference.map { .number($0.relativeChange) } ?? .null,
      "cosine": difference.flatMap { $0.cosine.map { .number($0) } } ?? .null,
      "largestChange": difference.map { .number($0.maximumAbsolute) } ?? .null,
      "changedFraction": difference.map { .number($0.changedFraction) } ?? .null,
    ]
  }

  private static func json(_ change: CheckpointComparison.TensorChange) -> JSONValue {
    let tensor = change.after ?? change.before
    let members: [(key: String, value: JSONValue)] = [
      ("name", .string(change.name)),
      ("change", .string(change.status.rawValue)),
      ("dtype", tensor.map { .string($0.dtype.rawValue) } ?? .null),
      ("shape", tensor.map { .array($0.shape.dimensions.map { .integer(Int64($0)) }) } ?? .null),
      ("dtypeBefore", change.before.map { .string($0.dtype.rawValue) } ?? .null),
      ("shapeBefore", change.before.map { .array($0.shape.dimensions.map { .integer(Int64($0)) }) } ?? .null),
      ("relativeChange", change.difference.map { .number($0.relativeChange) } ?? .null),
      ("cosine", change.difference.flatMap { $0.cosine.map { .number($0) } } ?? .null),
      ("rank", change.difference.flatMap { $0.rank.map { .integer(Int64($0.value)) } } ?? .null),
      ("rankIsLowerBound", change.difference.flatMap { $0.rank.map { .bool($0.isLowerBound) } } ?? .null),
      ("largestChange", change.difference.map { .number($0.maximumAbsolute) } ?? .null),
      ("changedFraction", change.difference.map { .number($0.changedFraction) } ?? .null),
      ("nonFinite", change.difference.map { .integer(Int64($0.nonFiniteCount)) } ?? .null),
    ]
    guard let magnitudes = change.difference?.magnitudes else { return .object(JSONObject(members)) }
    let counts: JSONValue = [
      "smallestExponent": .integer(Int64(TensorDifference.smallestExponent)),
      "counts": .array(magnitudes.map { .integer(Int64($0)) }),
    ]
    return .object(JSONObject(members + [("magnitudes", counts)]))
  }
}
