/// A parameter of a network: `<layer>.weight` with PyTorch's shape.
package struct NetworkParameter: Sendable, Equatable {
  package let name: String
  package let shape: [Int]
  package let role: LayerParameter.Role
  let layout: LayerParameter.Layout

  package var elementCount: Int { shape.reduce(1, *) }

  /// Calls `body` with every element's index in PyTorch's tensor and in memory.
  func forEachElement(_ body: (_ pytorch: Int, _ memory: Int) -> Void) {
    layout.forEachElement(of: shape, body)
  }
}
