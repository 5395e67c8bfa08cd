import Merging

extension MergekitConfiguration {
  /// The merge of whole models that a file with `rules: wgit` describes, such as the record of one: the base is where the models
  /// began and no ingredient, and tells added tensors from removed ones.
  ///
  /// - Parameter open: opens a model by the name that the file has for it.
  /// - Throws: `FolderMergeError.badRequest` for what only mergekit's rules have: slices, modules, values that differ
  ///   between tensors, tokenizers.
  package func request(open: (String) throws -> ModelInput) throws -> MergeRequest {
    guard modules.count == 1, case .models(let models) = modules[0].content, tokenizer == nil, chatTemplate == nil
    else {
      throw refusal("slices, modules, tokenizers and chat templates")
    }
    var inputs: [ModelInput] = []
    for model in models {
      let companions = model.companions.sorted { $0.key < $1.key }
      inputs.append(
        try companions.reduce(open(model.name)) { try $0.adding(open($1.value).model, as: $1.key) })
    }
    var request = MergeRequest(models: inputs, base: try base.map(open), strategy: try strategy(models))
    request.dtype = dtype
    request.seed = seed
    request.missing = missing ?? .refuse
    request.only = only
    return request
  }

  private func strategy(_ models: [Model]) throws -> MergeStrategy {
    var strategy = MergeStrategy(recipe)
    for spec in recipe.parameters {
      let common = try value(of: spec, in: parameters)
      guard spec.isPerModel else {
        if let common = common ?? spec.defaultValue { try strategy.set(spec, [common]) }
        continue
      }
      let values = try models.compactMap { try value(of: spec, in: $0.parameters) ?? common ?? spec.defaultValue }
      if values.count == models.count { try strategy.set(spec, values) }
    }
    let unset = recipe.parameters.first { spec in
      spec.defaultValue == nil && strategy.shared.value(of: spec) == nil && strategy.perModel[spec.name] == nil
    }
    if let unset { throw FolderMergeError(.badRequest, "\(fileName): '\(unset.name)' is not set") }
    return strategy
  }

  /// nil if nothing was said.
  private func value(of spec: ParameterSpec, in settings: ParameterSettings) throws(FolderMergeError) -> ParameterValue?
  {
    guard let setting = settings.settings[spec.name] else { return nil }
    guard setting.cases.count == 1, setting.cases[0].filter == nil, setting.cases[0].values.count == 1 else {
      throw refusal("values that differ between tensors")
    }
    return setting.cases[0].values[0]
  }

  private func refusal(_ what: String) -> FolderMergeError {
    FolderMergeError(.badRequest, "\(fileName): \(what) do not go with \"rules: wgit\"")
  }
}
