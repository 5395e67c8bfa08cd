import Documents
import Foundation
import Testing
import Trainer

/// The presets against their twins in PyTorch.
struct NetworkPresetTests {
  private func cases() throws -> [(type: any NetworkPreset.Type, network: NetworkDefinition, golden: JSONValue)] {
    let cases = try #require(try Golden.read("presets.json")["cases"]?.arrayValue)
    #expect(Set(cases.compactMap { $0["preset"]?.stringValue }) == Set(NetworkPresetRegistry.types.map { $0.name }))
    return try cases.map { golden in
      let name = try #require(golden["preset"]?.stringValue)
      let type = try #require(NetworkPresetRegistry.type(named: name))
      return (type, try type.checked(type.defaults), golden)
    }
  }

  @Test func parametersHaveTheTwinsNamesAndShapesInItsOrder() throws {
    for (type, network, golden) in try cases() {
      let tensors = try #require(golden["tensors"]?.arrayValue)
      #expect(network.tensors.map(\.name) == tensors.compactMap { $0["name"]?.stringValue }, "\(type.name)")
      #expect(try network.tensors.map(\.shape) == tensors.map { try Golden.integers($0["shape"]) }, "\(type.name)")
      #expect(try NetworkDefinition(json: network.json).json == network.json)
    }
  }

  /// Weights and inputs are the hash of generate_presets.py.
  @Test func outputsAreTheTwins() throws {
    for (type, network, golden) in try cases() {
      var weights = StateDict()
      for (number, tensor) in network.tensors.enumerated() {
        let values = Self.noise(tensor.shape.reduce(1, *), number)
        if tensor.name.hasSuffix("num_batches_tracked") {
          try weights.set(tensor.name, shape: [], integers: [0])
        } else if tensor.shape.count > 1 {
          let fanIn = Double(values.count / tensor.shape[0])
          try weights.set(tensor.name, shape: tensor.shape, values: values.map { Float($0 * 1.7 / fanIn.squareRoot()) })
        } else {
          let (middle, scale) =
            tensor.name.hasSuffix("running_var")
            ? (1.0, 0.5) : tensor.name.hasSuffix(".weight") ? (1.0, 0.2) : (0.0, 0.1)
          try weights.set(tensor.name, shape: tensor.shape, values: values.map { Float(middle + scale * $0) })
        }
      }
      let inputs = Self.noise(2 * network.input.elementCount, 1000).map { Float($0) }
      let examples = try FloatExamples(inputShape: network.input, labels: [0, 0], values: inputs)
      let logits = try Evaluator(network: network, weights: weights, threadCount: 2).logits(examples)
      #expect(relativeDifference(logits, try Golden.floats(golden["logits"])) < 2e-5, "\(type.name)")
    }
  }

  private static func noise(_ count: Int, _ number: Int) -> [Double] {
    (0..<UInt64(count)).map { index in
      var bits = UInt32(truncatingIfNeeded: index &* 2_654_435_761 &+ UInt64(number) &* 40503 &+ 1)
      bits = (bits ^ bits >> 15) &* 2_246_822_519
      bits = (bits ^ bits >> 13) &* 3_266_489_917
      return Double(bits ^ bits >> 16) * 0x1p-31 - 1
    }
  }

  /// Fresh weights spread as PyTorch's do: the same bounds, deviation and mean within what so many draws allow.
  @Test func freshWeightsAreDrawnAsPyTorchDrawsThem() throws {
    for (type, network, golden) in try cases() {
      let weights = try network.initialStateDict(seed: 4)
      for twin in try #require(golden["tensors"]?.arrayValue) {
        let name = try #require(twin["name"]?.stringValue)
        let values = try #require(weights[name]).values.map { Double($0) }
        let number = { (key: String) in try #require(twin[key]?.numberValue) }
        let (count, deviation) = (Double(values.count), try number("deviation"))
        let mean = values.reduce(0, +) / count
        let spread = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
        let largest = values.map { abs($0) }.max() ?? 0
        guard deviation > 0 else {
          #expect(try spread == 0 && mean == number("mean"), "\(type.name): \(name)")
          continue
        }
        // Of uniform draws: both samples' deviations differ by less than five times their standard error.
        let allowed = 5 * (2 / count).squareRoot()
        #expect(abs(spread / deviation - 1) < allowed * 0.45, "\(type.name): \(name)")
        #expect(try abs(mean - number("mean")) < allowed * deviation, "\(type.name): \(name)")
        let shape = try #require(weights[name]).shape
        if shape.count > 1 {
          let bound = (Double(shape[0]) / count).squareRoot()
          #expect(try largest <= bound * (1 + 1e-6) && number("largest") <= bound * (1 + 1e-6))
          #expect(largest > bound * (1 - 20 / count), "\(type.name): \(name)")
        }
      }
    }
  }

  @Test func sizesAreChosen() throws {
    let resnet = try ResNet.checked(PresetSize(input: ResNet.defaults.input, classCount: 5, width: 8, depth: 14))
    #expect(resnet.classCount == 5 && resnet.featureCount == 32)
    #expect(resnet.tensors.contains { $0.name == "layer3.1.conv2.weight" && $0.shape == [32, 32, 3, 3] })
    #expect(!resnet.tensors.contains { $0.name.hasPrefix("layer3.2.") })
    let mlp = try MLP.checked(PresetSize(input: .features(20), classCount: 3, width: 7, depth: 1))
    #expect(mlp.tensors.map(\.shape) == [[7, 20], [7], [3, 7], [3]])
    let narrow = try MNISTCNN.checked(
      PresetSize(input: .image(channels: 2, height: 14, width: 14), width: 16, depth: 4))
    #expect(narrow.tensors[0].shape == [16, 2, 3, 3] && narrow.featureCount == 32)
    let wide = try WideResNet.checked(PresetSize(input: WideResNet.defaults.input, width: 4, depth: 10))
    #expect(wide.featureCount == 256)
  }

  @Test(arguments: [
    ("resnet", 16, 21, 10), ("wide-resnet", 2, 15, 10), ("resnet", 16, 2, 10), ("wide-resnet", 2, 4, 10),
    ("mnist-cnn", 12, 4, 10), ("mnist-cnn", 64, 5, 10), ("lenet", 16, 3, 10), ("mlp", 0, 2, 10), ("mlp", 512, 0, 10),
    ("mlp", 512, 2, 0), ("mlp", Int.max, 2, 10), ("resnet", 16, Int.max - 1, 10), ("resnet", Int.max, 20, 10),
  ])
  func impossibleSizesAreRefused(name: String, width: Int, depth: Int, classCount: Int) throws {
    let type = try #require(NetworkPresetRegistry.type(named: name))
    expectTrainerError(.malformedNetwork) {
      _ = try type.checked(
        PresetSize(input: type.defaults.input, classCount: classCount, width: width, depth: depth))
    }
  }

  @Test func inputsThatDoNotFitAreRefused() {
    for type in NetworkPresetRegistry.types where type.name != "mlp" {
      expectTrainerError(.shapeMismatch, type.name) {
        var size = type.defaults
        size.input = .features(784)
        _ = try type.checked(size)
      }
    }
    expectTrainerError(.shapeMismatch, "kernel") {
      _ = try LeNet.checked(PresetSize(input: .image(channels: 1, height: 8, width: 8), width: 16, depth: 2))
    }
    expectTrainerError(.malformedNetwork, "input") {
      _ = try MLP.checked(
        PresetSize(input: .image(channels: Int.max, height: Int.max, width: 1), width: 16, depth: 2))
    }
  }
}
