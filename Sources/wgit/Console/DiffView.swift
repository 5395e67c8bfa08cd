import Documents
import Tensors
import WeightStore

/// A comparison as text and as JSON.
enum DiffView {
  static func print(_ file: Repository.FileDifference) {
    let path = Terminal.escape(file.path.text)
    guard let comparison = file.tensors else {
      Terminal.print(Style.bold("\(file.kind.rawValue) \(path)") + sizes(file))
      return
    }
    let total = comparison.changes.count + comparison.unchangedCount
    Terminal.print(
      Style.bold("\(file.kind.rawValue) \(path)")
        + ": \(comparison.changes.count) of \(Format.count(total, "tensor")) changed")
    if let prefix = comparison.prefix {
      let text = Terminal.escape(prefix.text)
      Terminal.print("  names \(prefix.isAdded ? "now begin" : "no longer begin") with '\(text)'")
    }
    var table = TextTable(
      ["  tensor", "shape", "dtype", "relative change", "cosine", "rank", "largest", "changed"],
      [.left, .left, .left, .right, .right, .right, .right, .right])
    for change in comparison.changes { table.add(row(change)) }
    if !comparison.changes.isEmpty { table.print() }
  }

  private static func row(_ change: CheckpointComparison.TensorChange) -> [String] {
    let tensor = change.after ?? change.before
    var row = ["  " + Terminal.escape(change.name), tensor?.shape.description ?? "", tensor?.dtype.rawValue ?? ""]
    if let difference = change.difference {
      row.append(Format.significant(difference.relativeChange))
      row.append(difference.cosine.map { Format.decimal($0, places: 6) } ?? "-")
      row.append(difference.rank.map { $0.isLowerBound ? ">\(DifferenceSketch.largestRank)" : "\($0.value)" } ?? "-")
      row.append(Format.significant(difference.maximumAbsolute))
      row.append(Format.percent(difference.changedFraction))
    } else {
      row += [status(change), "", "", "", ""]
    }
    return row
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

  static func json(_ file: Repository.FileDifference) -> JSONValue {
    [
      "path": .string(file.path.text),
      "change": .string(file.kind.rawValue),
      "byteCountBefore": file.byteCountBefore.map { .integer(Int64($0)) } ?? .null,
      "byteCountAfter": file.byteCountAfter.map { .integer(Int64($0)) } ?? .null,
      "prefixAdded": file.tensors?.prefix.flatMap { $0.isAdded ? .string($0.text) : nil } ?? .null,
      "prefixRemoved": file.tensors?.prefix.flatMap { $0.isAdded ? nil : .string($0.text) } ?? .null,
      "unchangedTensors": file.tensors.map { .integer(Int64($0.unchangedCount)) } ?? .null,
      "tensors": file.tensors.map { .array($0.changes.map(json)) } ?? .null,
    ]
  }

  private static func json(_ change: CheckpointComparison.TensorChange) -> JSONValue {
    let tensor = change.after ?? change.before
    return [
      "name": .string(change.name),
      "change": .string(change.status.rawValue),
      "dtype": tensor.map { .string($0.dtype.rawValue) } ?? .null,
      "shape": tensor.map { .array($0.shape.dimensions.map { .integer(Int64($0)) }) } ?? .null,
      "dtypeBefore": change.before.map { .string($0.dtype.rawValue) } ?? .null,
      "shapeBefore": change.before.map { .array($0.shape.dimensions.map { .integer(Int64($0)) }) } ?? .null,
      "relativeChange": change.difference.map { .number($0.relativeChange) } ?? .null,
      "cosine": change.difference.flatMap { $0.cosine.map { .number($0) } } ?? .null,
      "rank": change.difference.flatMap { $0.rank.map { .integer(Int64($0.value)) } } ?? .null,
      "rankIsLowerBound": change.difference.flatMap { $0.rank.map { .bool($0.isLowerBound) } } ?? .null,
      "largestChange": change.difference.map { .number($0.maximumAbsolute) } ?? .null,
      "changedFraction": change.difference.map { .number($0.changedFraction) } ?? .null,
      "nonFinite": change.difference.map { .integer(Int64($0.nonFiniteCount)) } ?? .null,
    ]
  }
}
