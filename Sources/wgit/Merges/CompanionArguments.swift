import FolderMerge
import Merging

/// `--fisher FILE…` or `--gram FILE…`: what a recipe wants to know of each model beside its weights.
struct CompanionArguments {
  /// `MergeCompanion.name`.
  let name: String
  /// Files in the order of the models, or `MODEL=FILE`.
  let texts: [String]

  /// The file of each model; nil for one that has none.
  ///
  /// - Throws: `CommandError.usage`.
  func files(of models: [String]) throws(CommandError) -> [String?] {
    let named = texts.map { text in models.indices.first { text.hasPrefix("\(models[$0])=") } }
    guard named.contains(where: { $0 != nil }) else {
      guard texts.count == models.count else {
        throw CommandError(
          .usage, "--\(name) is given for \(texts.count) of \(models.count) models",
          hint: "name them: --\(name) MODEL=FILE")
      }
      return texts
    }
    var files = [String?](repeating: nil, count: models.count)
    for (text, index) in zip(texts, named) {
      guard let index else {
        throw CommandError(.usage, "'\(text)' does not say which model it is about", hint: "write --\(name) MODEL=FILE")
      }
      guard files[index] == nil else { throw CommandError(.usage, "'\(models[index])' has two files for --\(name)") }
      files[index] = String(text.dropFirst(models[index].count + 1))
    }
    return files
  }

  /// The models with all that was said of them.
  ///
  /// - Parameter arguments: one for each option that was given.
  static func apply(
    _ arguments: [CompanionArguments], to inputs: [ModelInput], _ recipe: any MergeRecipe, _ reference: ModelReference
  ) throws -> [ModelInput] {
    if let idle = arguments.first(where: { argument in !recipe.companions.contains { $0.name == argument.name } }) {
      throw CommandError(.usage, "\(recipe.name) has no use for --\(idle.name)")
    }
    var result = inputs
    for argument in arguments {
      for (index, file) in try argument.files(of: inputs.map(\.name)).enumerated() {
        guard let file else { continue }
        result[index] = try result[index].adding(reference.input(file).model, as: argument.name)
      }
    }
    return result
  }
}
