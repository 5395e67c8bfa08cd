import Documents
import Tensors

/// A task that another program trains: what wgit needs to know of it. The other keys are the program's own.
///
/// ```yaml
/// task: reviews
/// exec: python train.py         # runs only if the user agrees; one typed with --exec needs no agreement
/// weights: model.safetensors    # unless given
/// data: data/reviews.yaml       # none; its files are recorded with the commit
/// new-head: ["classifier.*"]    # none; tensors that may have other shapes than before, come or go
/// epochs: 3                     # whatever the program reads
/// ```
package struct ExternalTask: Sendable {
  package let name: String
  package let command: String?
  package let weightsPath: String
  package let networkPath: String
  package let dataPath: String?
  package let newHead: [NamePattern]
  /// Everything the file says.
  package let json: JSONValue

  /// - Throws: `DocumentError` with the line.
  package static func parse(_ text: String, name: String) throws -> ExternalTask {
    try ExternalTask(yaml: YAMLDocument.parse(text, name: name))
  }

  /// Whether a task names a command that trains it.
  package static func isOne(_ text: String, name: String) throws -> Bool {
    try YAMLDocument.parse(text, name: name).has("exec")
  }

  private init(yaml: YAMLMapping) throws {
    name = try yaml.string("task")
    command = try yaml.optionalString("exec")
    weightsPath = try TrainingTask.path(yaml, "weights", default: "model.safetensors")
    networkPath = try TrainingTask.path(yaml, "network", default: "network.json")
    dataPath = yaml.has("data") ? try TrainingTask.path(yaml, "data", default: nil) : nil
    newHead = try (yaml.optionalOneOrMoreStrings("new-head") ?? []).map { NamePattern($0) }
    json = yaml.jsonValue
  }
}
