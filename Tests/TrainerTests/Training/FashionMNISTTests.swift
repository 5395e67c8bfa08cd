import Foundation
import Testing
import Trainer

/// A short run on real images, where Debian's package dataset-fashion-mnist is installed.
struct FashionMNISTTests {
  private static let folder = DataFolder("/usr/share/datasets/fashion-mnist")
  private static let description = """
    name: fashion
    format: idx
    images: train-images-idx3-ubyte.gz
    labels: train-labels-idx1-ubyte.gz
    classes: 10
    shuffle: 0
    rows: {count: 3000}
    domains: {rotate: [0, 15]}
    """

  private static var isInstalled: Bool {
    FileManager.default.fileExists(atPath: folder.path + "/train-images-idx3-ubyte.gz")
  }

  @Test(.enabled(if: isInstalled, "the Debian package dataset-fashion-mnist is not installed"))
  func twoHundredStepsBeatChanceByFar() throws {
    let dataset = try DatasetDescription.parse(Self.description, name: "fashion.yaml").load(dataFolder: Self.folder)
    let network = try NetworkDefinition(
      input: .image(channels: 1, height: 28, width: 28),
      layers: [
        NamedLayer(name: "conv1", Conv2d(inChannels: 1, outChannels: 16, kernelSize: 3, stride: 2, padding: 1)),
        NamedLayer(ReLU()),
        NamedLayer(name: "conv2", Conv2d(inChannels: 16, outChannels: 32, kernelSize: 3, stride: 2, padding: 1)),
        NamedLayer(ReLU()), NamedLayer(Flatten()),
        NamedLayer(name: "head", Linear(inFeatures: 32 * 49, outFeatures: 10)),
      ], head: "head")
    var run = try TrainingRun(
      TrainingRequest(
        network: network, weights: try network.initialStateDict(seed: 0, .kaimingNormal),
        task: try Samples.task("validation: {per-domain: 250}\nsteps: 200"), dataset: dataset, seed: 0, threadCount: 2))
    let outcome = try run.run()
    #expect(outcome.validationAccuracy ?? 0 > 0.75)
  }
}
