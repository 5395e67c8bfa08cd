import Documents
import Tensors

/// Layers one after the other, whose shapes are known to chain.
package struct LayerChain: Sendable {
  package let input: ActivationShape
  package let layers: [NamedLayer]
  /// The shape after each layer.
  package let outputShapes: [ActivationShape]

  package var output: ActivationShape { outputShapes.last ?? input }

  /// - Throws: `TrainerError` with code `shapeMismatch`, `malformedNetwork` or `resourceLimit`, naming the first layer
  ///   that does not fit.
  package init(input: ActivationShape, layers: [NamedLayer]) throws {
    try Self.check(input: input, layers: layers)
    var shapes: [ActivationShape] = []
    var parameterCount = 0
    for (index, entry) in layers.enumerated() {
      let subject = Self.subject(index: index, name: entry.name, typeName: type(of: entry.layer).typeName)
      let shape = try Self.shape(after: entry.layer, input: shapes.last ?? input, subject: subject)
      shapes.append(shape)
      for parameter in entry.layer.parameters {
        parameterCount = try Self.add(parameter, to: parameterCount, subject: subject)
      }
      if entry.name == nil, !entry.layer.parameters.isEmpty {
        throw TrainerError(.malformedNetwork, "\(subject) has parameters and needs a \"name\"")
      }
    }
    self.input = input
    self.layers = layers
    outputShapes = shapes
  }

  /// All parameters, in layer order.
  package var parameters: [NetworkParameter] {
    layers.flatMap { entry in
      entry.layer.parameters.map { parameter in
        NetworkParameter(
          name: "\(entry.name ?? "").\(parameter.name)", shape: parameter.shape, role: parameter.role,
          layout: parameter.layout)
      }
    }
  }

  /// How messages call a layer: `layer 3 "conv2" (Conv2d)`.
  static func subject(index: Int, name: String?, typeName: String) -> String {
    "layer \(index + 1)" + (name.map { " " + $0.quoted() } ?? "") + " (\(typeName))"
  }

  private static func check(input: ActivationShape, layers: [NamedLayer]) throws {
    switch input {
    case .image(let channels, let height, let width):
      guard (1...LayerLimits.channels).contains(channels), (1...LayerLimits.imageSide).contains(height),
        (1...LayerLimits.imageSide).contains(width)
      else { throw TrainerError(.malformedNetwork, "input \(input) is not a possible image shape") }
    case .features(let count):
      guard (1...LayerLimits.features).contains(count) else {
        throw TrainerError(.malformedNetwork, "input \(input) is not a possible number of features")
      }
    }
    guard input.elementCount <= LayerLimits.activations else {
      throw TrainerError(.resourceLimit, "input \(input) has more than \(LayerLimits.activations) elements")
    }
    guard layers.count <= LayerLimits.layers else {
      throw TrainerError(.resourceLimit, "\(layers.count) layers are more than \(LayerLimits.layers)")
    }
    var names: Set<String> = []
    for name in layers.compactMap(\.name) where !names.insert(name).inserted {
      throw TrainerError(.malformedNetwork, "two layers are named \(name.quoted())")
    }
  }

  private static func shape(
    after layer: any Layer, input: ActivationShape, subject: String
  ) throws -> ActivationShape {
    let output: ActivationShape
    do {
      output = try layer.outputShape(for: input)
    } catch {
      throw TrainerError(.shapeMismatch, "\(subject) does not fit its input \(input): \(error.reason)")
    }
    let largest = max(
      output.elementCount, layer.savedCount(for: input, sampleCount: 1),
      layer.temporaryCount(for: input, sampleCount: 1))
    guard largest <= LayerLimits.activations else {
      throw TrainerError(
        .resourceLimit,
        "\(subject) needs \(largest) floats for one sample, more than \(LayerLimits.activations)")
    }
    return output
  }

  private static func add(_ parameter: LayerParameter, to count: Int, subject: String) throws -> Int {
    let elementCount = try Shape(parameter.shape).elementCount
    let (sum, overflow) = count.addingReportingOverflow(elementCount)
    guard !overflow, sum <= LayerLimits.parameters else {
      throw TrainerError(
        .resourceLimit,
        "\(subject): \"\(parameter.name)\" of shape \(parameter.shape) takes the network past "
          + "\(LayerLimits.parameters) parameters")
    }
    return sum
  }
}
