import Documents

extension TrainingTask {
  /// Reads a task; unknown keys are refused with their line.
  ///
  /// - Throws: `DocumentError` with the line.
  package static func parse(_ text: String, name: String) throws -> TrainingTask {
    let yaml = try YAMLDocument.parse(text, name: name)
    let task = try TrainingTask(yaml: yaml)
    try yaml.finish()
    return task
  }

  private init(yaml: YAMLMapping) throws {
    name = try yaml.string("task")
    dataPath = try Self.path(yaml, "data", default: nil)
    networkPath = try Self.path(yaml, "network", default: "network.json")
    weightsPath = try Self.path(yaml, "weights", default: "model.safetensors")
    split = try DatasetSplit(task: yaml)
    let validation = try yaml.optionalMapping("validation")
    validationInterval = try validation?.optionalInteger("every")
    if let validation, let validationInterval, validationInterval < 1 {
      throw validation.invalidValue(of: "every", mustBe: "at least 1")
    }
    stepCount = try Self.stepCount(yaml)
    batchSize = try Self.batchSize(yaml, default: 64)
    batchesPerStep = try Self.batchesPerStep(yaml)
    optimizer = try OptimizerChoice(task: yaml)
    schedule = try yaml.optionalMapping("schedule").map(ScheduleChoice.init(yaml:)) ?? ScheduleChoice()
    loss = try LossRegistry.loss(task: yaml)
    dropout = try Self.dropout(yaml)
    clipping = try yaml.optionalMapping("clip").map(GradientClipping.init(yaml:))
    parameters = try ParameterSelection(task: yaml)
    freezesBatchStatistics = try yaml.optionalBool("freeze-statistics") ?? false
    algorithm = try AlgorithmChoice(task: yaml)
    lora = try yaml.optionalMapping("lora").map(LoRASettings.init(yaml:))
    mergesLoRA = try yaml.optionalBool("merge-lora") ?? false
    average = try AverageSettings(task: yaml)
    earlyStopping = try yaml.optionalMapping("early-stop").map(EarlyStopping.init(yaml:))
    linearProbe = try yaml.optionalMapping("linear-probe").map { probe in
      LinearProbe(
        stepCount: try Self.stepCount(probe), learningRate: try OptimizerChoice.learningRate(probe),
        batchSize: try Self.batchSize(probe, default: 128))
    }
    search = try HyperparameterSearch(task: yaml, learningRate: optimizer.learningRate)
    head = try Self.headPolicy(yaml)
  }

  static func path(_ yaml: YAMLMapping, _ key: String, default preset: String?) throws -> String {
    guard let path = try preset == nil ? yaml.string(key) : yaml.optionalString(key) else { return preset ?? "" }
    let components = path.split(separator: "/", omittingEmptySubsequences: false)
    guard components.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }), !path.utf8.contains(0) else {
      throw yaml.invalidValue(of: key, mustBe: "a path below the project folder")
    }
    return path
  }

  private static func stepCount(_ yaml: YAMLMapping) throws -> Int {
    let count = try yaml.integer("steps")
    guard (0...stepLimit).contains(count) else {
      throw yaml.invalidValue(of: "steps", mustBe: "between 0 and \(stepLimit)")
    }
    return count
  }

  private static func batchSize(_ yaml: YAMLMapping, default preset: Int) throws -> Int {
    let size = try yaml.optionalInteger("batch") ?? preset
    guard (1...batchLimit).contains(size) else {
      throw yaml.invalidValue(of: "batch", mustBe: "between 1 and \(batchLimit)")
    }
    return size
  }

  private static func batchesPerStep(_ yaml: YAMLMapping) throws -> Int {
    let count = try yaml.optionalInteger("accumulate") ?? 1
    guard (1...batchLimit).contains(count) else {
      throw yaml.invalidValue(of: "accumulate", mustBe: "between 1 and \(batchLimit)")
    }
    return count
  }

  private static func dropout(_ yaml: YAMLMapping) throws -> Double {
    let probability = try yaml.optionalNumber("dropout") ?? 0
    guard (0...1).contains(probability) else { throw yaml.invalidValue(of: "dropout", mustBe: "between 0 and 1") }
    return probability
  }

  private static func headPolicy(_ yaml: YAMLMapping) throws -> HeadPolicy? {
    guard let text = try yaml.optionalString("head") else { return nil }
    guard let policy = HeadPolicy(rawValue: text) else { throw yaml.invalidValue(of: "head", mustBe: "keep or new") }
    return policy
  }
}
