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
    let absolute = UserPath.withoutLinks(typed.hasPrefix("/") ? typed : "\(currentFolder)/\(typed)")
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

  /// A path of the working folder as a person would type it here.
  func shown(_ path: RelativePath) -> String {
    let here = currentFolder.split(separator: "/")
    let root = repositoryRoot.split(separator: "/")
    guard here.count > root.count, here.starts(with: root) else { return path.text }
    let below = here.dropFirst(root.count)
    let components = path.text.split(separator: "/")
    let shared = zip(below, components.dropLast()).prefix { $0 == $1 }.count
    return String(repeating: "../", count: below.count - shared)
      + components.dropFirst(shared).joined(separator: "/")
  }

  /// The same place without symbolic links on the way. The last part stays: a link itself can be meant.
  private static func withoutLinks(_ path: String) -> String {
    var trimmed = path[...]
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed = trimmed.dropLast() }
    guard let slash = trimmed.lastIndex(of: "/"), let folder = realpath(String(trimmed[...slash]), nil) else {
      return path
    }
    defer { free(folder) }
    return "\(String(cString: folder))/\(trimmed[trimmed.index(after: slash)...])"
  }
}
