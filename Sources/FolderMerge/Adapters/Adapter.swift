import Checkpoints
import Documents
import Tensors

/// A LoRA adapter: for some tensors of a base, what is added to them or put in their place.
package struct Adapter: Sendable {
  /// What an adapter does to one tensor of the base. What is not there does not happen.
  struct Update: Sendable {
    /// The tensor that replaces the base's: of a module that was trained whole.
    var replacement: String?
    /// The two factors of what is added.
    var product: Product?
    /// A vector that is added, times `scaling`: of a bias that was trained with the factors.
    var biasDelta: (tensor: String, scaling: Double)?
  }

  /// s·B·A, and with DoRA the lengths that the rows of the sum are brought to.
  struct Product: Sendable {
    let a: String
    let b: String
    /// An embedding's factors stand transposed.
    let isEmbedding: Bool
    let scaling: Double
    let rank: Int
    var magnitude: String?
  }

  package let name: String
  package let configuration: AdapterConfiguration
  /// All that `adapter_config.json` says.
  let settings: JSONObject
  /// The factors, by their names in the adapter's file.
  let weights: OpenModel
  /// By the base's tensor: `model.layers.0.self_attn.q_proj.weight`.
  let updates: [JSONKey: Update]

  /// Opens an adapter's folder.
  ///
  /// - Throws: `FolderMergeError.wrongKind`, `.badAdapter`, `.pickle`, `.malformedModel`.
  package init(folder: some ModelFolder) throws {
    guard let bytes = try folder.bytes(AdapterFiles.configuration) else {
      throw FolderMergeError(
        .wrongKind, "'\(folder.name)' is no LoRA adapter: it has no \(AdapterFiles.configuration)",
        subjects: [folder.name])
    }
    name = folder.name
    do throws(CheckpointError) {
      configuration = try AdapterConfiguration(bytes)
      settings = (try? JSONParser.parse(bytes))?.objectValue ?? JSONObject()
    } catch {
      throw FolderMergeError(.badAdapter, "'\(folder.name)': \(error.message)", cause: error)
    }
    let names = try folder.fileNames()
    guard names.contains(AdapterFiles.weights) else {
      if names.contains(AdapterFiles.pickle) {
        throw ForeignFormat.pickle.refusal(of: "\(folder.name)/\(AdapterFiles.pickle)")
      }
      throw FolderMergeError(.noWeights, "'\(folder.name)' has no \(AdapterFiles.weights)", subjects: [folder.name])
    }
    weights = try OpenModel(adapterFile: AdapterFiles.weights, in: folder)
    updates = try AdapterParts(weights, configuration).updates()
  }

  /// The updates by the names that a model has for its tensors: saved without its head, a model lacks the first part of
  /// the names that the adapter knows, or has one more.
  ///
  /// - Throws: `FolderMergeError.badAdapter` if the model lacks a tensor to which something is to be added.
  func updates(for model: OpenModel) throws -> [JSONKey: Update] {
    var result: [JSONKey: Update] = [:]
    var missing: [String] = []
    for (key, update) in updates {
      let others =
        model.descriptor(key.text) == nil ? model.tensorNames.filter { AdapterParts.isSameName(key.text, $0) } : []
      if model.descriptor(key.text) != nil || (others.isEmpty && update.replacement != nil) {
        result[key] = update
      } else if others.count == 1 {
        result[JSONKey(others[0])] = update
      } else {
        missing.append(key.text)
      }
    }
    guard missing.isEmpty else {
      throw FolderMergeError(
        .badAdapter,
        "'\(name)' does not fit '\(model.name)': \(missing.count) of the \(updates.count) tensors it updates are missing "
          + "there, '\(missing.sorted()[0])' for one", subjects: missing.sorted())
    }
    return result
  }
}
