import Glibc
import WeightStore

/// Explains a word that is not the branch it was taken for.
struct BranchNames {
  private let repository: Repository

  init(_ repository: Repository) {
    self.repository = repository
  }

  /// Runs `body`; if there is no branch `word`, says what the word is instead, or which branch is spelt like it.
  func explaining<Value>(_ word: String, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as StoreError where error.code == .unknownBranch || isRevision(word, error) {
      throw CommandError(.notFound, error.message, hint: try hint(word))
    }
  }

  /// `main~1` is no branch name, but it may be a commit.
  private func isRevision(_ word: String, _ error: StoreError) -> Bool {
    error.code == .invalidName && (try? repository.resolve(word)) != nil
  }

  private func hint(_ word: String) throws -> String {
    let safe = Terminal.escape(word)
    if word.contains(where: { $0 == "~" || $0 == "^" }), let commit = try? repository.resolve(word) {
      return "it is commit \(commit.short); to look at it: wgit switch --detach \(safe)"
    }
    if let near = Spelling.nearest(word, in: try repository.branches().map(\.name)) {
      return "did you mean '\(Terminal.escape(near))'?"
    }
    if access(word, F_OK) == 0 { return "'\(safe)' is a file; to put it back: wgit restore \(safe)" }
    if let commit = try? repository.resolve(word) {
      return "'\(safe)' is commit \(commit.short); to look at it: wgit switch --detach \(safe)"
    }
    return "list branches with 'wgit branch', make one with 'wgit switch --create \(safe)'"
  }
}
