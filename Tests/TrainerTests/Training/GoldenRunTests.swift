import Documents
import Testing
import Trainer

/// Whole runs against PyTorch and Hugging Face PEFT: every algorithm, average and adapter, as a task says them.
struct GoldenRunTests {
  @Test func runsLeavePyTorchsWeights() throws {
    let golden = try Golden.read("runs.json")
    let dataset = try dataset(golden)
    var algorithms: Set<String> = []
    for entry in try #require(golden["cases"]?.arrayValue) {
      let name = try #require(entry["name"]?.stringValue)
      let task = try Samples.task("steps: \(golden.number("steps"))\n" + #require(entry["task"]?.stringValue))
      if let algorithm = task.algorithm { algorithms.insert(algorithm.name) }
      var run = try TrainingRun(
        TrainingRequest(
          network: try NetworkDefinition(json: try #require(golden["definition"])),
          weights: try Golden.stateDict(golden["weights"]), task: task, dataset: dataset,
          seed: UInt64(golden.number("seed")), threadCount: 2))
      let outcome = try run.run()
      expectEqual(outcome.weights, try Golden.stateDict(entry["weights"]), name)
      let adapter = try Golden.stateDict(entry["adapter"] ?? [])
      #expect((outcome.adapter == nil) == adapter.entries.isEmpty, "\(name)")
      if let found = outcome.adapter { expectEqual(try found.tensors(), adapter, name) }
    }
    #expect(algorithms == Set(AlgorithmRegistry.names))
  }

  private func expectEqual(_ weights: StateDict, _ expected: StateDict, _ name: String) {
    #expect(Set(weights.names) == Set(expected.names), "\(name)")
    for entry in expected.entries {
      #expect(weights[entry.name]?.shape == entry.shape, "\(name): \(entry.name)")
      let difference = relativeDifference(weights[entry.name]?.values ?? [], entry.values)
      #expect(difference < 1e-5, "\(name): \(entry.name)")
    }
  }

  private func dataset(_ golden: JSONValue) throws -> ImageDataset {
    let pixels = try Golden.integers(golden["pixels"]).map { UInt8($0) }
    let labels = try Golden.integers(golden["labels"]).map { UInt8($0) }
    let folder = try TemporaryDataFolder([
      "images": IDXFile.bytes(dimensions: [labels.count, 8, 8], elements: pixels),
      "labels": IDXFile.bytes(dimensions: [labels.count], elements: labels),
    ])
    return try DatasetDescription.parse(
      "{name: turned, format: idx, images: images, labels: labels, classes: 3, domains: {rotate: [0, 90, 180, 270]}}",
      name: "turned.yaml"
    ).load(dataFolder: folder.folder)
  }
}

extension JSONValue {
  fileprivate func number(_ key: String) -> Int { Int(self[key]?.integerValue ?? 0) }
}
