/// A parameter of a network: `<layer>.weight` with PyTorch's shape.
package struct NetworkParameter: Sendable, Equatable {
  package let name: String
  package let shape: [Int]
  package let role: LayerParameter.Role
  let layout: LayerParameter.Layout

  package var elementCount: Int { shape.reduce(1, *) }

  /// Calls `body` with every element's index in PyTorch's tensor and in memory.
  func forEachElement(_ body: (_ pytorch: Int, _ memory: Int) -> Void) {
    guard layout == .channelsLast, shape.count == 4 else {
      for index in 0..<elementCount { body(index, index) }
      return
    }
    let channelCount = shape[1]
    let areaCount = shape[2] * shape[3]
    for output in 0..<shape[0] {
      let base = output * channelCount * areaCount
      for channel in 0..<channelCount {
        for position in 0..<areaCount {
          body(base + channel * areaCount + position, base + position * channelCount + channel)
        }
      }
    }
  }
}
