import ArgumentParser
import Glibc
import Merging
import Trainer
import WeightStore

/// What a shell offers for a word that is being typed. It runs at every press of the key: quick, and silent about anything
/// that is wrong, because whoever presses it is in the middle of a line.
enum Completion {
  static let revision = CompletionKind.custom { _, _, _ in revisions() }
  /// `A..B`: after the dots another one.
  static let revisionRange = CompletionKind.custom { _, _, typed in
    guard let dots = typed.firstRange(of: "..") else { return revisions() }
    return revisions().map { typed[..<dots.upperBound] + $0 }
  }
  static let branch = CompletionKind.custom { _, _, _ in branches() }
  static let tag = CompletionKind.custom { _, _, _ in tags() }
  /// Files that are staged or committed, also those that are no longer there.
  static let trackedFile = CompletionKind.custom { _, _, _ in trackedFiles() }
  static let revisionOrTrackedFile = CompletionKind.custom { _, _, _ in revisions() + trackedFiles() }
  static let certificate = CompletionKind.custom { _, _, _ in certificates() }
  static let strategy = CompletionKind.list(MergeRecipes.all.map(\.name))
  static let preset = CompletionKind.list(NetworkPresetRegistry.types.map { $0.name })

  /// Whether these are arguments by which a shell asks for words; errors are then of no use to anybody.
  static func isAsked(_ arguments: [String]) -> Bool { arguments.first == "---completion" }

  static func silenceErrors() {
    let descriptor = open("/dev/null", O_WRONLY)
    if descriptor >= 0 { dup2(descriptor, STDERR_FILENO) }
  }

  private static func revisions() -> [String] {
    branches() + tags() + refs { $0.text.hasPrefix("refs/candidates/") ? String($0.text.dropFirst(5)) : nil } + ["HEAD"]
  }

  private static func branches() -> [String] { refs(\.branchName) }

  private static func tags() -> [String] { refs(\.tagName) }

  private static func refs(_ name: (RefName) -> String?) -> [String] {
    ask { repository in try repository.refs().compactMap { name($0.name) } }
  }

  private static func trackedFiles() -> [String] {
    ask { repository in
      let user = try UserPath(repository)
      return try repository.stage().keys.sorted().map(user.shown)
    }
  }

  private static func certificates() -> [String] {
    ask { repository in
      let suffix = ".yaml"
      return try repository.stage().keys.sorted().filter { path in
        path.text.hasPrefix("\(ProjectFiles.certificateFolder)/") && path.name.hasSuffix(suffix)
      }.map { String($0.name.dropLast(suffix.count)) }
    }
  }

  /// - Returns: nothing where there is no repository, and no words that would change the line in other ways.
  private static func ask(_ body: (Repository) throws -> [String]) -> [String] {
    let words = (try? body(Environment.openRepository())) ?? []
    return words.filter { Terminal.escape($0) == $0 }
  }
}
