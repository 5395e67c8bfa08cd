import Documents
import Testing
import Trainer

/// Small networks and data sets for tests.
enum Samples {
  /// conv 1-4-6 and a head of 3 on 8 x 8 images.
  static func network(classCount: Int = 3) throws -> NetworkDefinition {
    try NetworkDefinition(
      input: .image(channels: 1, height: 8, width: 8),
      layers: [
        NamedLayer(
          name: "conv1", Conv2d(inChannels: 1, outChannels: 4, kernelSize: 3, stride: 2, padding: 1)),
        NamedLayer(ReLU()),
        NamedLayer(
          name: "conv2", Conv2d(inChannels: 4, outChannels: 6, kernelSize: 3, stride: 2, padding: 1)),
        NamedLayer(ReLU()),
        NamedLayer(Flatten()), NamedLayer(name: "head", Linear(inFeatures: 24, outFeatures: classCount)),
      ], head: "head")
  }

  /// As `network`, with batch normalisation and dropout.
  static func normalizedNetwork() throws -> NetworkDefinition {
    try NetworkDefinition(
      json: JSONParser.parse(
        """
        {"format": "wgit-network", "version": 1, "input": [1, 8, 8], "head": "head", "layers": [
          {"name": "conv1", "type": "Conv2d", "in_channels": 1, "out_channels": 4, "kernel_size": 3, "stride": 2,
           "padding": 1},
          {"name": "norm", "type": "BatchNorm2d", "num_features": 4}, {"type": "ReLU"},
          {"name": "conv2", "type": "Conv2d", "in_channels": 4, "out_channels": 6, "kernel_size": 3, "stride": 2,
           "padding": 1},
          {"type": "ReLU"}, {"type": "Dropout", "p": 0.1}, {"type": "Flatten"},
          {"name": "head", "type": "Linear", "in_features": 24, "out_features": 3}]}
        """))
  }

  /// 120 images of 8 x 8, in three classes told apart by which third of the rows is bright, in two domains.
  ///
  /// - Parameter classCount: with 2 the last two classes are one.
  static func dataset(classCount: Int = 3) throws -> ImageDataset {
    let count = 120
    var pixels: [UInt8] = []
    for image in 0..<count {
      for row in 0..<8 {
        for column in 0..<8 {
          let isBright = row / 3 == image % 3
          pixels.append(UInt8((isBright ? 160 : 10) + (image * 31 + row * 17 + column * 7) % 80))
        }
      }
    }
    let folder = try TemporaryDataFolder([
      "images": IDXFile.bytes(dimensions: [count, 8, 8], elements: pixels),
      "labels": IDXFile.bytes(dimensions: [count], elements: (0..<count).map { UInt8(min($0 % 3, classCount - 1)) }),
    ])
    return try DatasetDescription.parse(
      "{name: bars, format: idx, images: images, labels: labels, classes: \(classCount), shuffle: 4, "
        + "domains: {rotate: [0, 20]}}",
      name: "bars.yaml"
    ).load(dataFolder: folder.folder)
  }

  static func task(_ yaml: String) throws -> TrainingTask {
    try TrainingTask.parse("task: target\ndata: bars.yaml\n" + yaml, name: "task.yaml")
  }
}

/// Expects a `TrainerError` with this code whose message contains all of the given texts.
func expectTrainerError(
  _ code: TrainerError.Code, _ texts: String..., location: SourceLocation = #_sourceLocation, by body: () throws -> Void
) {
  do {
    try body()
    Issue.record("nothing was thrown", sourceLocation: location)
  } catch let error as TrainerError {
    #expect(error.code == code, "\(error.message)", sourceLocation: location)
    for text in texts { #expect(error.message.contains(text), "\(error.message)", sourceLocation: location) }
  } catch {
    Issue.record(error, sourceLocation: location)
  }
}

/// Expects a `DocumentError` about this key and line.
func expectDocumentError(
  key: String, line: Int, location: SourceLocation = #_sourceLocation, by body: () throws -> Void
) {
  do {
    try body()
    Issue.record("nothing was thrown", sourceLocation: location)
  } catch let error as DocumentError {
    #expect(error.key == key, "\(error)", sourceLocation: location)
    #expect(error.line == line, "\(error)", sourceLocation: location)
  } catch {
    Issue.record(error, sourceLocation: location)
  }
}
