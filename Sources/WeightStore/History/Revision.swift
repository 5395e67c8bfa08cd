import GRDB

/// Finding the commit that a person means: `HEAD`, `main`, `3fa9c1d`, `main~2`, `soup^3`.
extension Repository {
  private static let shortestPrefix = 4

  /// - Throws: `StoreError.unknownRevision`, with all branch names as subjects; `.ambiguousRevision` with candidates.
  package func resolve(_ text: String) throws(StoreError) -> ObjectID<Commit> {
    let end = text.firstIndex { $0 == "~" || $0 == "^" } ?? text.endIndex
    var id = try resolveName(String(text[..<end]), whole: text)
    var rest = text[end...]
    while let step = rest.popFirst() {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      guard step == "~" || step == "^", let number = digits.isEmpty ? 1 : Int(digits) else {
        throw unknown(text, "'\(text)' is not a revision")
      }
      id = step == "~" ? try ancestor(id, generations: number, text) : try parent(id, number: number, text)
    }
    return id
  }

  private func ancestor(
    _ start: ObjectID<Commit>, generations: Int, _ text: String
  ) throws(StoreError) -> ObjectID<Commit> {
    var id = start
    for _ in 0..<generations { id = try parent(id, number: 1, text) }
    return id
  }

  private func parent(_ id: ObjectID<Commit>, number: Int, _ text: String) throws(StoreError) -> ObjectID<Commit> {
    guard number > 0 else { return id }
    let parents = try store.load(id).parents
    guard number <= parents.count else {
      throw unknown(text, "'\(text)': \(id.short) has \(parents.count) parents")
    }
    return parents[number - 1]
  }

  private func resolveName(_ name: String, whole text: String) throws(StoreError) -> ObjectID<Commit> {
    if name == "HEAD" || name == "@" {
      guard let id = try headCommitID() else {
        throw StoreError(.unbornBranch, "'\(try head().branchName ?? "HEAD")' has no commit yet")
      }
      return id
    }
    for prefix in ["refs/heads/", "refs/tags/", "refs/", ""] {
      if let ref = try? RefName(prefix + name), let id = try target(of: ref) { return id }
    }
    return try resolvePrefix(name, whole: text)
  }

  private func resolvePrefix(_ prefix: String, whole text: String) throws(StoreError) -> ObjectID<Commit> {
    let digits = prefix.lowercased()
    guard digits.count >= Repository.shortestPrefix, digits.count <= 64,
      digits.utf8.allSatisfy({ ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x61 && $0 <= 0x66) })
    else { throw unknown(text, "there is no revision '\(text)'") }
    let matches = try database.read {
      try ObjectIndex.ids(startingWith: digits, kind: .commit, limit: 8, in: $0)
    }
    guard let only = matches.first else { throw unknown(text, "there is no revision '\(text)'") }
    guard matches.count == 1 else {
      throw StoreError(
        .ambiguousRevision, "'\(prefix)' starts the ids of several commits", subjects: matches.map(\.hex))
    }
    return ObjectID(only)
  }

  private func unknown(_ text: String, _ message: String) -> StoreError {
    let names = (try? branches().map(\.name)) ?? []
    return StoreError(.unknownRevision, message, subjects: names)
  }

  /// Any object by a unique prefix of its id, at least four digits.
  package func findObject(_ prefix: String) throws(StoreError) -> (id: Digest, kind: ObjectKind) {
    let digits = prefix.lowercased()
    guard digits.count >= Repository.shortestPrefix, digits.count <= 64 else {
      throw StoreError(.unknownRevision, "'\(prefix)' is not an object id")
    }
    let matches = try database.read { database in
      try ObjectKind.allCases.flatMap { kind in
        try ObjectIndex.ids(startingWith: digits, kind: kind, limit: 8, in: database).map { ($0, kind) }
      }
    }
    guard let only = matches.first else {
      throw StoreError(.missingObject, "no object's id starts with '\(prefix)'", subjects: [prefix])
    }
    guard matches.count == 1 else {
      throw StoreError(
        .ambiguousRevision, "'\(prefix)' starts the ids of several objects",
        subjects: matches.map { "\($0.0.hex) \($0.1.name)" })
    }
    return (only.0, only.1)
  }
}
