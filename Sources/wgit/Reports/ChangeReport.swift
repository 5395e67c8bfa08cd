import Reports
import Tensors
import WeightStore

/// What changed between two versions, for a report.
enum ChangeReport {
  /// Tensors that are listed one by one.
  private static let tensorLimit = 300

  static func blocks(_ differences: [Repository.FileDifference]) -> [ReportBlock] {
    guard !differences.isEmpty else { return [.paragraph([.plain("No file changed.")])] }
    return [files(differences)] + differences.flatMap(tensors)
  }

  private static func files(_ differences: [Repository.FileDifference]) -> ReportBlock {
    var table = ReportTable(
      "Files that changed", [.init("file"), .init("change"), .init("size", isNumber: true), .init("tensors changed")])
    for file in differences {
      let count = file.tensors.map { "\($0.changes.count) of \($0.changes.count + $0.unchangedCount)" } ?? ""
      table.add([
        [.code(file.path.text)], [.plain(file.kind.rawValue)],
        [.plain((file.byteCountAfter ?? file.byteCountBefore).map(Format.bytes) ?? "")], [.plain(count)],
      ])
    }
    return .table(table)
  }

  private static func tensors(_ file: Repository.FileDifference) -> [ReportBlock] {
    guard let comparison = file.tensors, !comparison.changes.isEmpty else { return [] }
    let map = LayerChanges(comparison).heatMap(of: file.path.text)
    var table = ReportTable(
      "Changes of \(file.path.text) by tensor",
      [
        .init("tensor"), .init("shape"), .init("dtype"), .init("relative change", isNumber: true),
        .init("cosine", isNumber: true), .init("rank", isNumber: true), .init("largest", isNumber: true),
        .init("changed", isNumber: true),
      ])
    for change in comparison.changes.prefix(tensorLimit) {
      let row = DiffView.cells(change)
      table.add([[.code(change.name)]] + row.map { [.plain($0)] })
    }
    var blocks: [ReportBlock] = map.map { [.drawings([$0])] } ?? []
    let count = Format.count(comparison.changes.count, "tensor")
    if comparison.changes.count > 12 {
      blocks.append(.details("All \(count)", [.table(table)]))
    } else {
      blocks.append(.table(table))
    }
    if comparison.changes.count > tensorLimit {
      blocks.append(.paragraph([.plain("The first \(tensorLimit) of \(count).")]))
    }
    return blocks
  }

  /// How far each layer moved, the farthest first: what fits a comment.
  static func layers(_ differences: [Repository.FileDifference], limit: Int) -> [ReportBlock] {
    differences.flatMap { file -> [ReportBlock] in
      guard let comparison = file.tensors, !comparison.changes.isEmpty else { return [] }
      let layers = LayerChanges(comparison).layers
      let sorted = layers.sorted { left, right in
        (left.difference.relativeChange, right.name) > (right.difference.relativeChange, left.name)
      }
      var table = ReportTable(
        "Changes of \(file.path.text) by layer",
        [
          .init("layer"), .init("tensors", isNumber: true), .init("relative change", isNumber: true),
          .init("cosine", isNumber: true), .init("changed", isNumber: true),
        ])
      for layer in sorted.prefix(limit) {
        let isMeasured = layer.changedCount > 0
        table.add([
          [.code(layer.name)], [.plain("\(layer.changedCount + layer.otherCount)")],
          [.plain(isMeasured ? Format.significant(layer.difference.relativeChange) : "-")],
          [.plain(layer.difference.cosine.map { Format.decimal($0, places: 6) } ?? "-")],
          [.plain(isMeasured ? Format.percent(layer.difference.changedFraction) : "-")],
        ])
      }
      let moved = layers.map(\.difference.relativeChange)
      var blocks: [ReportBlock] = [
        .paragraph([
          .code(file.path.text), .plain(": \(Format.count(layers.count, "layer")) changed "),
          .code(Sparkline.text(Sparkline.thinned(moved, to: 60))),
        ]), .table(table),
      ]
      if layers.count > limit { blocks.append(.paragraph([.plain("The \(limit) that moved farthest.")])) }
      return blocks
    }
  }
}
