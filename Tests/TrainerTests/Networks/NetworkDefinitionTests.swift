import Documents
import Testing
import Trainer

struct NetworkDefinitionTests {
  private static let text = """
    {"format": "wgit-network", "version": 1, "input": [1, 28, 28], "head": "head", "layers": [
      {"name": "conv1", "type": "Conv2d", "in_channels": 1, "out_channels": 32, "kernel_size": 3, "stride": 2, "padding": 1},
      {"type": "ReLU"}, {"type": "MaxPool2d", "kernel_size": 2},
      {"name": "norm", "type": "GroupNorm", "num_groups": 4, "num_channels": 32}, {"type": "Flatten"},
      {"name": "head", "type": "Linear", "in_features": 1568, "out_features": 10, "bias": false}]}
    """

  private func parse(replacing old: String = "", with new: String = "") throws -> NetworkDefinition {
    #expect(old.isEmpty || Self.text.contains(old))
    return try NetworkDefinition(json: JSONParser.parse(Self.text.replacing(old, with: new)))
  }

  @Test func parametersHavePyTorchsNamesAndShapes() throws {
    let network = try parse()
    #expect(
      network.parameters.map(\.name) == ["conv1.weight", "conv1.bias", "norm.weight", "norm.bias", "head.weight"])
    #expect(network.parameters.map(\.shape) == [[32, 1, 3, 3], [32], [32], [32], [10, 1568]])
    #expect(network.classCount == 10)
    #expect(network.featureCount == 1568)
    #expect(network.headParameterNames == ["head.weight"])
  }

  @Test func jsonReadsBackAsItself() throws {
    let network = try parse()
    #expect(network.json == (try JSONParser.parse(Self.text)))
  }

  @Test func anotherHeadChangesOnlyTheHead() throws {
    let network = try parse().replacingHead(classCount: 4)
    #expect(network.classCount == 4)
    #expect(network.parameters.map(\.shape) == [[32, 1, 3, 3], [32], [32], [32], [4, 1568]])
    expectTrainerError(.malformedNetwork, "0 classes") { _ = try parse().replacingHead(classCount: 0) }
  }

  @Test func shapesThatDoNotChainNameTheLayer() {
    expectTrainerError(.shapeMismatch, "layer 6 \"head\" (Linear)", "[1568]", "in_features is 1569") {
      _ = try parse(replacing: "\"in_features\": 1568", with: "\"in_features\": 1569")
    }
    expectTrainerError(.shapeMismatch, "layer 1 \"conv1\" (Conv2d)", "in_channels is 3") {
      _ = try parse(replacing: "\"in_channels\": 1", with: "\"in_channels\": 3")
    }
    expectTrainerError(.shapeMismatch, "layer 5 \"head\" (Linear)", "Flatten") {
      _ = try parse(replacing: "{\"type\": \"Flatten\"},", with: "")
    }
    expectTrainerError(.shapeMismatch, "layer 3 (MaxPool2d)", "kernel of 15") {
      _ = try parse(replacing: "\"kernel_size\": 2", with: "\"kernel_size\": 15")
    }
  }

  @Test(arguments: [
    ("\"type\": \"ReLU\"", "\"type\": \"Swish\"", "layer 2: unknown type \"Swish\""),
    ("\"stride\": 2", "\"strides\": 2", "layer 1 \"conv1\" (Conv2d): unknown argument \"strides\""),
    ("\"stride\": 2", "\"stride\": 0", "\"stride\" is 0"),
    ("\"stride\": 2", "\"stride\": 2.5", "\"stride\" is not an integer"),
    ("\"in_channels\": 1,", "", "\"in_channels\" is missing"),
    ("\"bias\": false", "\"bias\": 0", "\"bias\" is not true or false"),
    ("\"name\": \"norm\"", "\"name\": \"conv1\"", "two layers are named \"conv1\""),
    ("\"name\": \"norm\", ", "", "layer 4 (GroupNorm) has parameters"),
    ("\"name\": \"norm\"", "\"name\": \"../norm\"", "layer 4: \"name\""),
    ("\"num_groups\": 4", "\"num_groups\": 5", "not a multiple"),
    ("\"head\": \"head\"", "\"head\": \"conv1\"", "\"conv1\""),
    ("\"version\": 1", "\"version\": 2", "\"version\""), ("wgit-network", "onnx", "\"format\""),
    ("\"format\"", "\"comment\": 1, \"format\"", "unknown key \"comment\""), ("[1, 28, 28]", "[1, 28]", "\"input\""),
    ("[1, 28, 28]", "[1, 28, \"28\"]", "\"input\""), ("[1, 28, 28]", "[1, 0, 28]", "input [1, 0, 28]"),
    ("\"kernel_size\": 3", "\"kernel_size\": 9223372036854775807", "not between 1 and"),
  ])
  func malformedDefinitionsAreRefused(old: String, new: String, message: String) {
    expectTrainerError(.malformedNetwork, message) { _ = try parse(replacing: old, with: new) }
  }

  @Test func hugeNetworksAreRefusedBeforeAnythingIsAllocated() {
    expectTrainerError(.resourceLimit, "layer 1 \"conv1\" (Conv2d)") {
      _ = try parse(
        replacing: "\"in_channels\": 1, \"out_channels\": 32, \"kernel_size\": 3, \"stride\": 2, \"padding\": 1",
        with: "\"in_channels\": 1, \"out_channels\": 65536, \"kernel_size\": 1024, \"padding\": 1024")
    }
    expectTrainerError(.resourceLimit) {
      _ = try NetworkDefinition(
        input: .features(1 << 24),
        layers: [NamedLayer(name: "head", Linear(inFeatures: 1 << 24, outFeatures: 1 << 24))], head: "head")
    }
  }
}
