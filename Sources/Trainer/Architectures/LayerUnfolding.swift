import Documents
import Tensors

/// Checks a list of layers and turns it into operations.
struct LayerUnfolding {
  private(set) var operations: [LayerOperation] = []
  private var parameterCount = 0
  private var names: Set<String> = []

  private static let depthLimit = 16

  /// Appends the operations of `layers`, applied to a value.
  ///
  /// - Parameters:
  ///   - prefix: what stands before the layers' names, with a dot at its end.
  ///   - indexPrefix: what stands before the place of a layer without a name.
  ///   - place: what messages put before a layer's number.
  /// - Returns: the value and the shape after the last layer.
  mutating func unfold(
    _ layers: [NamedLayer], value: Int, shape: ActivationShape, prefix: String = "", indexPrefix: String = "",
    place: String = "", depth: Int = 0
  ) throws -> (value: Int, shape: ActivationShape) {
    guard operations.count + layers.count <= LayerLimits.layers, depth <= Self.depthLimit else {
      throw TrainerError(
        .resourceLimit, "there are more than \(LayerLimits.layers) layers, or blocks more than \(Self.depthLimit) deep")
    }
    var (value, shape) = (value, shape)
    for (index, entry) in layers.enumerated() {
      let place = "\(place)\(index + 1)"
      let subject = NamedLayer.subject(
        place: place, name: entry.name.map { prefix + $0 }, typeName: entry.typeName)
      let name = prefix + (entry.name ?? "\(indexPrefix)\(index)")
      switch entry.content {
      case .layer(let layer):
        try claim(name, of: layer, isExplicit: entry.name != nil)
        shape = try append(layer, name: name, subject: subject, value: value, shape: shape)
        value = operations.count
      case .residual(let block):
        if entry.name != nil { try claim(name) }
        shape = try append(block, name: name, subject: subject, value: value, shape: shape, place: place, depth: depth)
        value = operations.count
      }
    }
    return (value, shape)
  }

  private mutating func append(
    _ block: Residual, name: String, subject: String, value: Int, shape: ActivationShape, place: String, depth: Int
  ) throws -> ActivationShape {
    guard !block.layers.isEmpty else { throw TrainerError(.malformedNetwork, "\(subject) has no layers") }
    let main = try unfold(
      block.layers, value: value, shape: shape, prefix: "\(name).", place: "\(place).", depth: depth + 1)
    let shortcut = try unfold(
      block.shortcut, value: value, shape: shape, prefix: "\(name).", indexPrefix: "shortcut.",
      place: "\(place).shortcut.", depth: depth + 1)
    guard main.shape == shortcut.shape else {
      throw TrainerError(
        .shapeMismatch, "\(subject): its layers give \(main.shape), its shortcut \(shortcut.shape)")
    }
    operations.append(
      LayerOperation(
        kind: .sum, name: name, inputs: [main.value, shortcut.value], inputShape: main.shape, outputShape: main.shape))
    return main.shape
  }

  private mutating func append(
    _ layer: any Layer, name: String, subject: String, value: Int, shape: ActivationShape
  ) throws -> ActivationShape {
    guard layer.integerInputs == nil || value == 0 else {
      throw TrainerError(.shapeMismatch, "\(subject) takes integers and can only be the first layer")
    }
    let output: ActivationShape
    do {
      output = try layer.outputShape(for: shape)
    } catch {
      throw TrainerError(.shapeMismatch, "\(subject) does not fit its input \(shape): \(error.reason)")
    }
    let largest = max(
      output.elementCount, layer.savedCount(for: shape), layer.temporaryCount(for: shape, sampleCount: 1))
    guard largest <= LayerLimits.activations else {
      throw TrainerError(
        .resourceLimit, "\(subject) needs \(largest) floats for one sample, more than \(LayerLimits.activations)")
    }
    for parameter in layer.parameters {
      let count = try Shape(parameter.shape).elementCount
      let (sum, overflow) = parameterCount.addingReportingOverflow(count)
      guard !overflow, sum <= LayerLimits.parameters else {
        throw TrainerError(
          .resourceLimit,
          "\(subject): \"\(parameter.name)\" of shape \(parameter.shape) takes the network past "
            + "\(LayerLimits.parameters) parameters")
      }
      parameterCount = sum
    }
    operations.append(
      LayerOperation(kind: .layer(layer), name: name, inputs: [value], inputShape: shape, outputShape: output))
    return output
  }

  /// Two layers of one name would have parameters of one name.
  private mutating func claim(_ name: String, of layer: any Layer, isExplicit: Bool) throws {
    guard isExplicit || !layer.parameters.isEmpty || !layer.buffers.isEmpty else { return }
    try claim(name)
  }

  private mutating func claim(_ name: String) throws {
    guard names.insert(name).inserted else {
      throw TrainerError(.malformedNetwork, "two layers are named \(name.quoted())")
    }
  }
}
