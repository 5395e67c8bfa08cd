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

  private static let block = """
    {"format": "wgit-network", "version": 1, "input": [4, 6, 6], "head": "3", "layers": [
      {"name": "layer1.0", "type": "Residual", "layers": [
        {"name": "conv1", "type": "Conv2d", "in_channels": 4, "out_channels": 6, "kernel_size": 3, "padding": 1},
        {"type": "BatchNorm2d", "num_features": 6, "eps": 0.001, "momentum": null}],
       "shortcut": [{"type": "Conv2d", "in_channels": 4, "out_channels": 6, "kernel_size": 1, "bias": false}]},
      {"type": "Residual", "layers": [{"type": "ReLU"}]}, {"type": "Flatten"},
      {"type": "Linear", "in_features": 216, "out_features": 2}]}
    """

  @Test func blocksNameTheirLayersAsPyTorchDoes() throws {
    let json = try JSONParser.parse(Self.block)
    let network = try NetworkDefinition(json: json)
    #expect(network.json == json)
    #expect(
      network.tensors.map(\.name) == [
        "layer1.0.conv1.weight", "layer1.0.conv1.bias", "layer1.0.1.weight", "layer1.0.1.bias",
        "layer1.0.1.running_mean", "layer1.0.1.running_var", "layer1.0.1.num_batches_tracked",
        "layer1.0.shortcut.0.weight", "3.weight", "3.bias",
      ])
    let weights = try network.initialStateDict(seed: 0)
    try weights.validate(for: network)
    #expect(weights.names == network.tensors.map(\.name))
    #expect(try #require(weights["layer1.0.1.num_batches_tracked"]).integers == [0])
    #expect(try #require(weights["layer1.0.1.running_var"]).values == [1, 1, 1, 1, 1, 1])
    #expect(try network.replacingHead(classCount: 5).headParameterNames == ["3.weight", "3.bias"])
  }

  @Test(arguments: [
    (
      "\"padding\": 1", "\"padding\": 0",
      "layer 1 \"layer1.0\" (Residual): its layers give [6, 4, 4], its shortcut [6, 6, 6]"
    ),
    ("\"num_features\": 6", "\"num_features\": 7", "layer 1.2 (BatchNorm2d) does not fit its input [6, 6, 6]"),
    (
      "4, \"out_channels\": 6, \"kernel_size\": 1", "3, \"out_channels\": 6, \"kernel_size\": 1",
      "layer 1.shortcut.1 (Conv2d)"
    ),
    ("{\"type\": \"ReLU\"}", "{\"type\": \"Swish\"}", "layer 2.1: unknown type \"Swish\""),
    ("{\"type\": \"ReLU\"}", "", "layer 2 (Residual) has no layers"),
    ("\"layers\": [{\"type\": \"ReLU\"}]", "\"layers\": 3", "layer 2 (Residual): \"layers\" is not a list"),
    ("\"layers\": [{\"type\": \"ReLU\"}]", "\"layer\": []", "layer 2 (Residual): unknown argument \"layer\""),
    ("\"eps\": 0.001", "\"eps\": -1", "\"eps\" is -1.0, not between 0.0 and 1.0"),
    (
      "{\"name\": \"conv1\", \"type\": \"Conv2d\"", "{\"name\": \"1\", \"type\": \"Conv2d\"",
      "two layers are named \"layer1.0.1\""
    ),
  ])
  func malformedBlocksAreRefused(old: String, new: String, message: String) throws {
    #expect(Self.block.contains(old))
    let json = try JSONParser.parse(Self.block.replacing(old, with: new))
    #expect { try NetworkDefinition(json: json) } throws: { error in
      (error as? TrainerError)?.message.contains(message) == true
    }
  }

  @Test func blocksWithoutEndAreRefused() {
    let depth = 20
    let text =
      String(repeating: "{\"type\": \"Residual\", \"layers\": [", count: depth)
      + String(repeating: "]}", count: depth)
    expectTrainerError(.resourceLimit, "deep") {
      _ = try parse(replacing: "{\"type\": \"ReLU\"}", with: text)
    }
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
    ("\"name\": \"norm\"", "\"name\": \"../norm\"", "layer 4: \"name\""),
    ("\"num_groups\": 4", "\"num_groups\": 5", "not a multiple"),
    ("\"head\": \"head\"", "\"head\": \"conv1\"", "\"conv1\""),
    ("\"version\": 1", "\"version\": 2", "\"version\""), ("wgit-network", "onnx", "\"format\""),
    ("\"format\"", "\"comment\": 1, \"format\"", "unknown key \"comment\""),
    ("[1, 28, 28]", "[1, 28, 28, 1]", "\"input\""),
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
