import Glibc
import WeightStore

/// Finds the model that a person means: a file, a folder, or a version in a repository, with adapters on it.
///
///     models/a                    a folder on disk
///     a.safetensors               a file on disk
///     main, v1~2                  the model of a commit
///     main:models/a               a folder or file of a commit
///     models/a@v1                 the same as v1:models/a
///     models/a+adapters/x         with a LoRA adapter
///
/// What is on disk comes first.
package struct ModelReference {
  private let repository: Repository?
  private let relativePath: (String) throws -> RelativePath?

  /// - Parameters:
  ///   - repository: the one that the user stands in, if any.
  ///   - relativePath: turns a path as typed into one below the repository's folder; nil for that folder itself.
  package init(_ repository: Repository?, relativePath: @escaping (String) throws -> RelativePath?) {
    self.repository = repository
    self.relativePath = relativePath
  }

  /// Opens a model with its adapters.
  ///
  /// - Throws: `FolderMergeError.modelNotFound` and what opening throws.
  package func input(_ text: String) throws -> ModelInput {
    if let model = try open(text) { return try ModelInput(name: text, model) }
    let parts = text.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    for count in stride(from: parts.count - 1, to: 0, by: -1) {
      guard let model = try open(parts[..<count].joined(separator: "+")) else { continue }
      let adapters = try parts[count...].map { ModelInput.WeightedAdapter(try adapter($0)) }
      return try ModelInput(name: text, model, adapters: adapters)
    }
    throw notFound(text)
  }

  /// Opens an adapter's folder.
  package func adapter(_ text: String) throws -> Adapter {
    if Folder.isFolder(text) { return try Adapter(folder: DiskFolder(text)) }
    if let (folder, file) = try version(text), file == nil { return try Adapter(folder: folder) }
    throw notFound(text)
  }

  /// Whether a text names an adapter's folder.
  package func isAdapter(_ text: String) -> Bool {
    if Folder.isFolder(text) { return access("\(text)/\(AdapterFiles.configuration)", F_OK) == 0 }
    guard access(text, F_OK) != 0, let found = try? version(text), found.file == nil else { return false }
    return found.folder.fileNames().contains(AdapterFiles.configuration)
  }

  /// nil if nothing is there.
  private func open(_ text: String) throws -> OpenModel? {
    if Folder.isFolder(text) { return try OpenModel(folder: DiskFolder(text)) }
    if access(text, F_OK) == 0 {
      if let foreign = ForeignFormat(name: text) { throw foreign.refusal(of: text) }
      return try OpenModel(file: text)
    }
    guard let (folder, file) = try version(text) else { return nil }
    if let file { return try OpenModel(file: file, in: folder, name: text) }
    return try OpenModel(folder: folder)
  }

  /// A folder of a commit, and the file in it that was named.
  private func version(_ text: String) throws -> (folder: RevisionFolder, file: String?)? {
    guard let repository else { return nil }
    if let commit = try resolved(text, repository) { return (try only(repository, commit, text), nil) }
    var candidates: [(revision: String, path: String, isTyped: Bool)] = []
    if let colon = text.firstIndex(of: ":") {
      candidates.append((String(text[..<colon]), String(text[text.index(after: colon)...]), false))
    }
    if let at = text.lastIndex(of: "@") {
      candidates.append((String(text[text.index(after: at)...]), String(text[..<at]), true))
    }
    for candidate in candidates {
      guard let commit = try resolved(candidate.revision, repository) else { continue }
      return try place(candidate.path, isTyped: candidate.isTyped, repository, commit, text)
    }
    return nil
  }

  private func resolved(_ revision: String, _ repository: Repository) throws -> ObjectID<Commit>? {
    do {
      return try repository.resolve(revision)
    } catch let error where error.code == .unknownRevision {
      return nil
    }
  }

  private func place(
    _ path: String, isTyped: Bool, _ repository: Repository, _ commit: ObjectID<Commit>, _ text: String
  ) throws -> (folder: RevisionFolder, file: String?) {
    let trimmed = path.hasSuffix("/") ? String(path.dropLast()) : path
    let relative =
      isTyped ? try relativePath(trimmed) : trimmed.isEmpty || trimmed == "." ? nil : try RelativePath(trimmed)
    guard let relative else { return (try only(repository, commit, text), nil) }
    let entries = try repository.tree(of: commit).entries
    if entries[relative] != nil {
      let parent = try relative.ancestors.last.map { try RelativePath($0.text) }
      return (try RevisionFolder(repository, commit, path: parent, name: text), relative.name)
    }
    guard entries.keys.contains(where: { $0.isBelow(relative) }) else {
      throw FolderMergeError(.modelNotFound, "\(commit.short) has no '\(relative)'", subjects: [text])
    }
    return (try RevisionFolder(repository, commit, path: relative, name: text), nil)
  }

  /// The folder of a commit that holds its one model: the top, or the only other one with weights.
  private func only(_ repository: Repository, _ commit: ObjectID<Commit>, _ text: String) throws -> RevisionFolder {
    let weights = try repository.tree(of: commit).entries.filter { $0.value.kind == .checkpoint }.map(\.key)
    let folders = Set(weights.map { $0.ancestors.last })
    guard folders.count == 1, let folder = folders.first else {
      guard folders.isEmpty || folders.contains(nil) else {
        throw FolderMergeError(
          .severalCheckpoints, "\(commit.short) holds models in \(folders.count) folders",
          subjects: folders.compactMap { $0.map { "\(text):\($0.text)" } }.sorted())
      }
      return try RevisionFolder(repository, commit, path: nil, name: text)
    }
    return try RevisionFolder(repository, commit, path: folder, name: text)
  }

  private func notFound(_ text: String) -> FolderMergeError {
    let places = repository == nil ? "a file or folder" : "a file, a folder or a revision"
    return FolderMergeError(.modelNotFound, "there is no model '\(text)': it is not \(places)", subjects: [text])
  }
}
