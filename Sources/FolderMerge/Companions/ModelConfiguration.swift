import Documents
import Tensors

/// A `config.json` and the keys in it that a merge decides.
struct ModelConfiguration {
  private let bytes: [UInt8]
  private let root: JSONObject?

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    root = (try? JSONParser.parse(bytes))?.objectValue
  }

  /// The text with the keys that tell of the result's tensors set: their type, the rows of the vocabulary, the layers,
  /// whether embeddings are tied. As it is if all are right.
  func describing(_ plan: MergePlan) -> [UInt8] {
    guard let root else { return bytes }
    var changes = plan.configurationChanges
    if let type = ModelConfiguration.typeName(plan) {
      for key in ["torch_dtype", "dtype"] where root[key]?.stringValue != nil {
        changes.append(([key], .string(type)))
      }
    }
    if let tied = plan.isTied, let path = ModelConfiguration.path("tie_word_embeddings", in: root) {
      changes.append((path, .bool(tied)))
    }
    let result = changes.reduce(JSONValue.object(root)) { $0.setting($1.path, to: $1.value) }
    return result == .object(root) ? bytes : CompanionFiles.text(result)
  }

  /// Where a key stands: at the top, or in the part about text.
  static func path(_ key: String, in root: JSONObject) -> [String]? {
    if root[key] != nil { return [key] }
    return root["text_config"]?[key] != nil ? ["text_config", key] : nil
  }

  /// All lists at the top and in the part about text, by path.
  static func lists(in root: JSONObject) -> [(path: [String], list: [JSONValue])] {
    let top = root.members.compactMap { member in member.value.arrayValue.map { ([member.key], $0) } }
    let text = (root["text_config"]?.objectValue?.members ?? []).compactMap { member in
      member.value.arrayValue.map { (["text_config", member.key], $0) }
    }
    return (top + text).map { (path: $0.0, list: $0.1) }
  }

  /// The type of most elements, as PyTorch calls it.
  private static func typeName(_ plan: MergePlan) -> String? {
    var counts: [DType: Int] = [:]
    for tensor in plan.tensors { counts[tensor.input.dtype, default: 0] += tensor.input.elementCount }
    let names: [DType: String] = [.f64: "float64", .f32: "float32", .bf16: "bfloat16", .f16: "float16"]
    return counts.max { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }.flatMap { names[$0.key] }
  }
}
