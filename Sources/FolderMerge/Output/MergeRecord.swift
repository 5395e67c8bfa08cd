import Documents
import Merging
import Tensors

/// How a result was made, in the form that `wgit merge --config` reads: running it again gives the same bytes.
package struct MergeRecord: Sendable {
  /// The text of the file, without its first comment.
  package let yaml: String
  /// What must be typed besides the file.
  private let options: [String]

  /// The record of a merge that a configuration file described: that file.
  ///
  /// - Parameter options: those that changed what the file says.
  package init(configuration: String, options: [String] = []) {
    self.options = options
    yaml = configuration.hasSuffix("\n") ? configuration : configuration + "\n"
  }

  /// The record of a merge of whole models.
  package init(_ request: MergeRequest) {
    var lines = ["merge_method: \(YAMLText.scalar(request.strategy.recipe.name))"]
    if let base = request.base { lines.append("base_model: \(YAMLText.scalar(base.name))") }
    lines.append("models:")
    let perModel = (try? request.strategy.modelParameters(count: request.models.count)) ?? []
    let specs = request.strategy.recipe.parameters
    for (index, model) in request.models.enumerated() {
      lines.append("  - model: \(YAMLText.scalar(model.name))")
      for (name, companion) in model.companions.sorted(by: { $0.key < $1.key }) {
        lines.append("    \(name): \(YAMLText.scalar(companion.name))")
      }
      let values = specs.filter(\.isPerModel).compactMap { spec in
        (index < perModel.count ? perModel[index].value(of: spec) : spec.defaultValue).map { (spec.name, $0) }
      }
      if !values.isEmpty { lines.append("    parameters:") }
      for (name, value) in values { lines.append("      \(name): \(MergeRecord.text(value))") }
    }
    let shared = specs.filter { !$0.isPerModel }.compactMap { spec in
      request.strategy.shared.value(of: spec).map { (spec.name, $0) }
    }
    if !shared.isEmpty { lines.append("parameters:") }
    for (name, value) in shared { lines.append("  \(name): \(MergeRecord.text(value))") }
    if let dtype = request.dtype, let name = DTypeName.torch(dtype) { lines.append("out_dtype: \(name)") }
    if request.strategy.recipe.isRandom { lines.append("random_seed: \(request.seed)") }
    if request.missing != .refuse { lines.append("missing_tensors: \(request.missing.rawValue)") }
    if !request.only.isEmpty {
      lines.append("only: [\(request.only.map { YAMLText.quoted($0.text) }.joined(separator: ", "))]")
    }
    lines.append("rules: wgit")
    yaml = lines.joined(separator: "\n") + "\n"
    options = []
  }

  /// The record of adapters applied to a base, or joined to one.
  package init(base: String?, adapters: [(name: String, weight: Double)], dtype: DType?) {
    var lines = ["merge_method: lora"]
    if let base { lines.append("base_model: \(YAMLText.scalar(base))") }
    lines.append("models:")
    for adapter in adapters {
      lines.append("  - model: \(YAMLText.scalar(adapter.name))")
      lines.append("    parameters: {weight: \(ParameterValue.number(adapter.weight).text)}")
    }
    if let dtype, let name = DTypeName.torch(dtype) { lines.append("out_dtype: \(name)") }
    yaml = lines.joined(separator: "\n") + "\n"
    options = []
  }

  /// The command that makes the result again.
  package var command: String {
    (["wgit merge --config \(OutputFolder.recordName) --output FOLDER"] + options).joined(separator: " ")
  }

  private static func text(_ value: ParameterValue) -> String {
    switch value {
    case .choice(let word): YAMLText.scalar(word)
    case .number, .integer, .flag: value.text
    }
  }

  /// The whole file.
  package func bytes(version: String) -> [UInt8] {
    Array(
      """
      # Made by wgit \(version). To make it again, from the same folder:
      #   \(command)
      \(yaml)
      """.utf8)
  }
}

/// The names of element types in PyTorch and in mergekit's files.
package enum DTypeName {
  private static let names: [(name: String, dtype: DType)] = [
    ("float64", .f64), ("float32", .f32), ("bfloat16", .bf16), ("float16", .f16),
  ]
  private static let short: [(name: String, dtype: DType)] = [
    ("f64", .f64), ("f32", .f32), ("bf16", .bf16), ("f16", .f16), ("fp32", .f32), ("fp16", .f16), ("double", .f64),
    ("float", .f32), ("half", .f16),
  ]

  /// All long names.
  package static var all: [String] { names.map(\.name) }

  /// `bfloat16`, `torch.bfloat16`, `bf16`, `BF16`.
  package static func dtype(_ text: String) -> DType? {
    let lower = text.lowercased()
    let bare = lower.hasPrefix("torch.") ? String(lower.dropFirst("torch.".count)) : lower
    return (names + short).first { $0.name == bare }?.dtype
  }

  static func torch(_ dtype: DType) -> String? { names.first { $0.dtype == dtype }?.name }
}
