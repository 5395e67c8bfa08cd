import Foundation
import Testing
import WeightStore

struct IgnoreRulesTests {
  private func path(_ text: String) throws -> RelativePath { try RelativePath(text) }

  private static let files = [
    "a", "b", "ab", "a.bin", "b.bin", "#a", "!a", "a b", "a ", "[a]", "a*b", "build/a", "build/a.bin", "build/b/a",
    "x/build/a.bin", "x/a", "x/b", "x/y/a", "x/y/b.bin", "x/y/z/a.bin", "x/y/z/b", "runs/1/log", "runs/2/log",
    "runs/keep",
  ]
  private static let patterns = [
    "a", "b", "*.bin", "/a", "/a.bin", "build/", "build", "build/*", "/build/", "x/", "x/*", "x/y", "x/**", "**/a",
    "**/z/*",
    "x/**/a", "x/**/z", "**", "*", "?", "a?", "[ab]", "[!a]", "[^a]", "[a-b].bin", "a*", "*b", "#a", "\\#a", "!a",
    "\\!a",
    "!*.bin", "!x/", "!build/", "!b", "", "   ", "# comment", "a b", "a\\ ", "a  ", "\\[a\\]", "[[]a]", "a\\*b", "é",
    "[é]",
    "runs/*/", "!runs/1/", "runs/*/log", "/runs/**/log", "*/", "!*/", "/*", "a/", "**/", "y/*", "/**/y", "x**", "**x",
    "a**b",
    "[", "[a", "\\", "a\\", "/", "//", "!", "!!a", "[]a]", "[!]a]", "[a-]", "z", "?.bin", "x/?/", "x/[yz]/**",
  ]

  /// The same files as git leaves, for a thousand combinations of patterns at two levels.
  @Test(.enabled(if: RefNameTests.gitPath != nil, "git is not installed"))
  func theFilesThatGitLeaves() throws {
    let temporary = try TemporaryRepository()
    for file in Self.files { try temporary.write([1], to: file) }
    let git = try GitRepository()
    let gitFolder = try git.run(["rev-parse", "--absolute-git-dir"]).trimmingCharacters(in: .newlines)
    var random = DeterministicRandom(seed: 8)
    func check(_ outer: [String], _ inner: [String]) throws {
      try temporary.write(Array(outer.joined(separator: "\n").utf8), to: ".wgitignore")
      try temporary.write(Array(inner.joined(separator: "\n").utf8), to: "x/.wgitignore")
      let left = try git.run([
        "-C", temporary.folder, "--git-dir", gitFolder, "--work-tree", temporary.folder, "ls-files", "--others", "-z",
        "--exclude-per-directory=.wgitignore",
      ])
      let expected = left.split(separator: "\0").map(String.init).filter { !$0.hasPrefix(".wgit/") }
      let found = try FolderWalk(temporary.repository.working, below: nil, obeysIgnoreFiles: true).files.map(\.text)
      #expect(found.sorted() == expected.sorted(), "\(outer) and \(inner)")
    }
    for pattern in Self.patterns {
      try check([pattern], [])
      try check([], [pattern])
    }
    for _ in 0..<60 {
      let some = (0..<6).map { _ in Self.patterns.randomElement(using: &random) ?? "" }
      try check(Array(some[..<4]), Array(some[4...]))
    }
  }

  /// Characters, not bytes as in git.
  @Test func otherLettersAreOneCharacter() throws {
    let temporary = try TemporaryRepository()
    try temporary.write([1], to: "é.bin")
    for (pattern, isLeft) in [("?.bin", false), ("[é].bin", false), ("[!é].bin", true), ("??.bin", true)] {
      try temporary.write(Array(pattern.utf8), to: ".wgitignore")
      #expect(try temporary.repository.status().untracked.count == (isLeft ? 2 : 1), "\(pattern)")
    }
  }

  @Test func whatIsTrackedStaysSo() throws {
    let temporary = try TemporaryRepository()
    let repository = temporary.repository
    for file in ["logs/kept", "model.bin"] { try temporary.write([1], to: file) }
    try temporary.commit("first")
    try temporary.write(Array("logs/\n*.bin\n".utf8), to: ".wgitignore")
    for file in ["logs/new", "other.bin"] { try temporary.write([1], to: file) }
    #expect(try repository.status().untracked.map(\.text) == [".wgitignore"])
    try temporary.write([2], to: "logs/kept")
    #expect(try repository.add([nil]).added.map(\.text) == [".wgitignore", "logs/kept"])
    #expect(try repository.add([path("logs")]).removed == [])
    try temporary.remove("logs/kept")
    #expect(try repository.add([nil]).removed.map(\.text) == ["logs/kept"])
    #expect(try repository.add([path("model.bin")]).added == [])
  }

  @Test func ignoredFilesAreAddedOnlyByForce() throws {
    let temporary = try TemporaryRepository()
    let repository = temporary.repository
    try temporary.write(Array("logs/\n*.bin\n!kept.bin".utf8), to: ".wgitignore")
    for file in ["logs/new", "x/a.bin", "kept.bin"] { try temporary.write([1], to: file) }
    expectError(.ignoredPath) { _ = try repository.add([path("logs/new")]) }
    expectError(.ignoredPath) { _ = try repository.add([path("logs")]) }
    expectError(.ignoredPath) { _ = try repository.add([path("x/a.bin")]) }
    #expect(try repository.add([path("kept.bin")]).added.map(\.text) == ["kept.bin"])
    #expect(try repository.add([path("logs"), path("x/a.bin")], takesIgnored: true).added.count == 2)
    #expect(try repository.add([nil], takesIgnored: true).added.map(\.text) == [".wgitignore"])
    // A checkout does not write over what is there, ignored or not.
    let commit = try temporary.commit("first").id
    _ = try repository.switchTo(.newBranch("bare", at: commit))
    try temporary.remove("x/a.bin")
    try temporary.commit("without")
    try temporary.write([9], to: "x/a.bin")
    expectError(.wouldOverwrite) { _ = try repository.switchTo(.branch("main")) }
    #expect(try temporary.read("x/a.bin") == [9])
  }

  @Test func hostileIgnoreFiles() throws {
    let temporary = try TemporaryRepository()
    let repository = temporary.repository
    try temporary.write([1], to: String(repeating: "a", count: 200))
    // Exponential where matching goes back and forth.
    try temporary.write(Array("\(String(repeating: "*a", count: 2000))b\n".utf8), to: ".wgitignore")
    #expect(try repository.status().untracked.count == 2)
    try temporary.write([0xFF, 0x0A, 0x00, 0x2A, 0xC3], to: ".wgitignore")
    #expect(try repository.status().untracked.count == 2)
    try temporary.write([UInt8](repeating: 0x23, count: 1 << 20 + 1), to: ".wgitignore")
    expectError(.malformedFile) { _ = try repository.status() }
    try temporary.remove(".wgitignore")
    try temporary.link(".wgitignore", to: "/dev/zero")
    #expect(try repository.status().untracked.count == 1)
  }
}
