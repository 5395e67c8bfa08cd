import Reports
import Tensors
import WeightStore

/// The changes of a checkpoint by layer.
struct LayerChanges {
  struct Layer {
    let name: String
    fileprivate(set) var changedCount = 0
    fileprivate(set) var otherCount = 0
    fileprivate(set) var difference = TensorDifference()
  }

  let layers: [Layer]
  private let comparison: CheckpointComparison

  init(_ comparison: CheckpointComparison) {
    self.comparison = comparison
    var layers: [Layer] = []
    var places: [String: Int] = [:]
    for change in comparison.changes {
      let name = LayerChanges.split(change.name).layer
      let place = places[name] ?? layers.count
      if place == layers.count {
        places[name] = place
        layers.append(Layer(name: name))
      }
      if let difference = change.difference {
        layers[place].changedCount += 1
        layers[place].difference += difference
      } else {
        layers[place].otherCount += 1
      }
    }
    self.layers = layers
  }

  /// `encoder.layer.3.attention.weight` is `attention.weight` of layer `encoder.layer.3`: names end with what a layer's
  /// parts are called, after its number; without a number, after the last dot.
  static func split(_ name: String) -> (layer: String, part: String) {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count > 1 else { return (name, name) }
    let number = parts.dropLast().lastIndex { !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }
    let cut = (number ?? parts.count - 2) + 1
    return (parts[..<cut].joined(separator: "."), parts[cut...].joined(separator: "."))
  }

  /// Rows and columns of more than this are not drawn.
  private static let (rowLimit, columnLimit) = (160, 24)

  /// Relative changes by layer and part; nothing if nothing was measured.
  func heatMap(of path: String) -> SVGDrawing? {
    let changes = comparison.changes.compactMap { change in change.difference.map { (change.name, $0) } }
    guard !changes.isEmpty, layers.count <= LayerChanges.rowLimit else { return nil }
    var cells = changes.map { name, difference in
      let (layer, part) = LayerChanges.split(name)
      return cell(layer, part, difference)
    }
    if Set(cells.map(\.column)).count > LayerChanges.columnLimit {
      cells = layers.filter { $0.changedCount > 0 }.map { cell($0.name, "all parts", $0.difference) }
    }
    let most = changes.map(\.1.relativeChange).max() ?? 0
    return HeatMap(
      title: "Relative change by layer, \(path)",
      summary: "\(Format.count(cells.count, "number")); the largest relative change is \(Format.significant(most)).",
      cells: cells
    ).drawing
  }

  private func cell(_ layer: String, _ part: String, _ difference: TensorDifference) -> HeatMap.Cell {
    HeatMap.Cell(
      row: layer, column: part, value: difference.relativeChange, label: Format.significant(difference.relativeChange))
  }
}
