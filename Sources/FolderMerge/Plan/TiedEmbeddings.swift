import Checkpoints
import Documents

/// Models whose output embedding is their input embedding: stored once, or twice with the same bytes.
///
/// A model that stores only one has the other all the same. The result is tied if its base is and no model has an
/// output embedding of its own; then it is stored as the base stores it.
enum TiedEmbeddings {
  /// The input embedding that stands for an output embedding that the model does not store.
  static func standIn(for tensor: String, in model: OpenModel) -> String? {
    guard model.descriptor(tensor) == nil, EmbeddingNames.isTied(model.configuration) != false else { return nil }
    return EmbeddingNames.inputs(ofOutput: tensor).first { model.descriptor($0) != nil }
  }

  /// The input embedding that an output embedding of the model is tied to, whether it is stored or not.
  static func tiedInput(of tensor: String, in model: OpenModel) -> String? {
    if let standIn = standIn(for: tensor, in: model) { return standIn }
    guard EmbeddingNames.isTied(model.configuration) == true else { return nil }
    return EmbeddingNames.inputs(ofOutput: tensor).first { model.descriptor($0) != nil }
  }

  /// Whether the result's output embedding is its input embedding, and whether the merge is what parted them: a model
  /// brought one of its own.
  static func state(of names: [String], _ template: ModelInput) -> (isTied: Bool?, isParted: Bool) {
    let isTied = EmbeddingNames.isTied(template.model.configuration)
    guard isTied == true, EmbeddingNames.outputs.allSatisfy({ template.model.descriptor($0) == nil }) else {
      return (isTied, false)
    }
    let names = Set(names.map(JSONKey.init))
    let isParted = EmbeddingNames.outputs.contains { names.contains(JSONKey($0)) }
    return (!isParted, isParted)
  }

  static let partedNote = "the output embedding is no longer the input embedding: a model has one of its own"
}
