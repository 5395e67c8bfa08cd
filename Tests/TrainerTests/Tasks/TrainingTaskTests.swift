import Documents
import Tensors
import Testing
import Trainer

struct TrainingTaskTests {
  private static let text = """
    task: target
    data: data/rotated.yaml
    train: {domains: [0, 15.0], per-domain: 100}
    validation: {per-domain: 25}
    steps: 200
    batch: 32
    optimizer: {name: sgd, learning-rate: 1e-2, momentum: 0.9}
    schedule: {name: step, at: 0.75, factor: 0.2}
    linear-probe: {steps: 100}
    head: new
    loss: {name: cross-entropy, label-smoothing: 0.1}
    clip: {norm: 1}
    groups: [{match: "*.bias", weight-decay: 0}]
    freeze: conv1.*
    train-only: ["*.weight", "*.bias"]
    """

  @Test func everythingIsReadAndWrittenToTheRecipe() throws {
    let task = try TrainingTask.parse(Self.text, name: "target.yaml")
    #expect(task.split.domains == ["0", "15.0"])
    #expect(task.optimizer.settings == ["momentum": 0.9, "dampening": 0, "weight-decay": 0, "nesterov": false])
    #expect(
      task.json == [
        "task": "target", "data": "data/rotated.yaml", "network": "network.json", "weights": "model.safetensors",
        "train": ["domains": ["0", "15.0"], "per-domain": 100], "validation": ["per-domain": 25], "steps": 200,
        "batch": 32,
        "optimizer": [
          "name": "sgd", "learning-rate": .number(0.01), "momentum": .number(0.9), "dampening": .number(0),
          "weight-decay": .number(0), "nesterov": false,
        ],
        "schedule": ["name": "step", "at": .number(0.75), "factor": .number(0.2)],
        "loss": ["name": "cross-entropy", "label-smoothing": .number(0.1)], "clip": ["norm": .number(1)],
        "groups": [["match": "*.bias", "weight-decay": .number(0)]], "freeze": ["conv1.*"],
        "train-only": ["*.weight", "*.bias"],
        "linear-probe": ["steps": 100, "learning-rate": .number(0.001), "batch": 128], "head": "new",
      ])
  }

  @Test func defaults() throws {
    let task = try TrainingTask.parse("task: t\ndata: d.yaml\nsteps: 0\noptimizer: adamw", name: "t.yaml")
    #expect(task.split == DatasetSplit())
    #expect(task.batchSize == 64 && task.linearProbe == nil && task.head == nil)
    #expect(task.optimizer.name == "adamw" && task.optimizer.learningRate == 1e-3)
    #expect(task.optimizer.settings["weight-decay"] == 0.01)
  }

  @Test func overridesReplaceNumbers() throws {
    let task = try TrainingTask.parse(Self.text, name: "target.yaml")
    var overrides = TrainingOverrides()
    overrides.learningRate = 5e-4
    overrides.weightDecay = 1e-4
    overrides.stepCount = 7
    overrides.linearProbe = false
    overrides.frozen = [NamePattern("conv2.*")]
    overrides.trained = [NamePattern("head.*")]
    let changed = try task.applying(overrides)
    #expect(changed.optimizer.learningRate == 5e-4 && changed.optimizer.settings["weight-decay"] == 1e-4)
    #expect(changed.stepCount == 7 && changed.linearProbe == nil)
    #expect(changed.parameters.frozen.map(\.text) == ["conv1.*", "conv2.*"])
    #expect(changed.parameters.trained.map(\.text) == ["head.*"])

    overrides = TrainingOverrides()
    overrides.isProbeOnly = true
    #expect(try task.applying(overrides).stepCount == 0)
    overrides.linearProbe = false
    expectTrainerError(.malformedTask, "no linear probe") { _ = try task.applying(overrides) }
    for broken in [-1, Double.nan, .infinity] {
      overrides = TrainingOverrides()
      overrides.learningRate = broken
      expectTrainerError(.malformedTask, "learning rate of \(broken)") { _ = try task.applying(overrides) }
    }
    overrides = TrainingOverrides()
    overrides.batchSize = 0
    expectTrainerError(.malformedTask, "a batch of 0") { _ = try task.applying(overrides) }
  }

  @Test(arguments: [
    ("steps: 200", "steps: -1", "steps", 5), ("steps: 200\n", "", "steps", 1), ("batch: 32", "batch: 0", "batch", 6),
    ("data: data/rotated.yaml", "data: ../rotated.yaml", "data", 2),
    ("data: data/rotated.yaml", "data: /rotated.yaml", "data", 2), ("head: new", "head: old", "head", 10),
    ("head: new", "network: /n.json", "network", 10), ("name: sgd", "name: lion", "name", 7),
    ("momentum: 0.9", "beta1: 0.9", "beta1", 7), ("momentum: 0.9", "momentum: -1", "momentum", 7),
    ("{name: sgd, learning-rate: 1e-2, momentum: 0.9}", "lion", "optimizer", 7),
    ("{name: sgd, learning-rate: 1e-2, momentum: 0.9}", "{name: adam, beta1: 1}", "beta1", 7),
    ("learning-rate: 1e-2", "learning-rate: -1", "learning-rate", 7), ("at: 0.75", "at: 2", "at", 8),
    ("name: step", "name: zigzag", "name", 8), ("factor: 0.2", "factor: 0.2, gamma: 1", "gamma", 8),
    ("{steps: 100}", "{steps: 100, epochs: 3}", "epochs", 9), ("per-domain: 25", "per-domain: -1", "per-domain", 4),
    ("task: target", "task: target\nwarmup: 3", "warmup", 2),
    ("momentum: 0.9", "nesterov: true", "nesterov", 7), ("momentum: 0.9", "nesterov: 1", "nesterov", 7),
    ("factor: 0.2", "factor: 0.2, warm-up: -1", "warm-up", 8), ("at: 0.75", "at: [0.5, 1.5]", "at", 8),
    ("name: cross-entropy", "name: hinge", "name", 11),
    ("{name: cross-entropy, label-smoothing: 0.1}", "l1", "loss", 11),
    ("label-smoothing: 0.1", "label-smoothing: 2", "label-smoothing", 11),
    ("label-smoothing: 0.1", "class-weights: [0, 0]", "class-weights", 11), ("norm: 1", "norm: 0", "norm", 12),
    ("norm: 1", "value: -1", "value", 12), ("norm: 1", "norm: 1, value: 1", "value", 12),
    ("{norm: 1}", "{}", "norm", 12), ("weight-decay: 0}]", "weight-decay: -1}]", "weight-decay", 13),
    ("weight-decay: 0}]", "learning-rate-scale: -1}]", "learning-rate-scale", 13),
    ("match: \"*.bias\", ", "", "match", 13), ("weight-decay: 0}]", "decay: 0}]", "decay", 13),
  ])
  func malformedTasksNameKeyAndLine(old: String, new: String, key: String, line: Int) {
    #expect(Self.text.contains(old))
    expectDocumentError(key: key, line: line) {
      _ = try TrainingTask.parse(Self.text.replacing(old, with: new), name: "target.yaml")
    }
  }
}
