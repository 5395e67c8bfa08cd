import Glibc
import WeightStore

/// Turns the paths a person types, relative to where they stand, into paths below the working folder.
struct UserPath {
  private let repositoryRoot: String
  private let currentFolder: String

  init(_ repository: Repository) throws {
    repositoryRoot = repository.working.path
    guard let folder = getcwd(nil, 0) else {
      throw CommandError(.notFound, "the current folder does not exist: \(String(cString: strerror(errno)))")
    }
    defer { free(folder) }
    currentFolder = String(cString: folder)
  }

  /// `nil` stands for the whole working folder.
  func relative(_ typed: String) throws -> RelativePath? {
    guard !typed.isEmpty else { throw CommandError(.usage, "an empty path was given") }
    let absolute = typed.hasPrefix("/") ? typed : "\(currentFolder)/\(typed)"
    var components: [String] = []
    for component in absolute.split(separator: "/") {
      switch component {
      case ".": continue
      case "..": _ = components.popLast()
      default: components.append(String(component))
      }
    }
    let root = repositoryRoot.split(separator: "/").map(String.init)
    guard components.starts(with: root) else {
      throw CommandError(.usage, "'\(typed)' lies outside the working folder '\(repositoryRoot)'")
    }
    let rest = components.dropFirst(root.count).joined(separator: "/")
    return rest.isEmpty ? nil : try RelativePath(rest)
  }
}
