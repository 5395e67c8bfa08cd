import Documents

/// Which tensors belong to which module of a mergekit file: `default` is the whole model; any other name stands for the
/// tensors below the part of that name (`encoder`, `vision_tower`), and `text_decoder` for those below `language_model`
/// or, if there are none, for all that no other module has.
struct ModuleNames {
  private let modules: [MergekitConfiguration.Module]
  private let allNames: [String]
  private let fileName: String

  init(_ modules: [MergekitConfiguration.Module], allNames: [String], fileName: String) {
    self.modules = modules
    self.allNames = allNames
    self.fileName = fileName
  }

  /// - Throws: `FolderMergeError.badRequest` if the module has no tensor, or some tensor no module.
  func names(of module: MergekitConfiguration.Module) throws -> [String] {
    if module.name == MergekitConfiguration.wholeModel, modules.count == 1 { return allNames }
    let left = allNames.filter { name in !modules.contains { owns($0, name) } }
    let takesRest = modules.first { module in
      module.name == "text_decoder" && !allNames.contains { owns(module, $0) }
    }
    guard left.isEmpty || takesRest != nil else {
      throw FolderMergeError(
        .badRequest, "\(fileName): no module has '\(left[0])' and \(left.count - 1) other tensors", subjects: left)
    }
    let own = takesRest?.name == module.name ? left : allNames.filter { owns(module, $0) }
    guard !own.isEmpty else {
      throw FolderMergeError(
        .badRequest, "\(fileName):\(module.line): the model has no part '\(module.name)'", subjects: [module.name])
    }
    return own
  }

  private func owns(_ module: MergekitConfiguration.Module, _ name: String) -> Bool {
    let parts = name.split(separator: ".").prefix(3).map(String.init)
    return parts.contains(module.name) || (module.name == "text_decoder" && parts.contains("language_model"))
  }
}
