import Foundation
import Testing
import WeightStore

struct RefNameTests {
  static let names = [
    "main", "a/b", "a/b/c", "target/x-1", "ü", "a.b", "a@b", "@x", "x@", "{", "a{b}", "-x", "x-", "HEAD", "@",
    "", "/", "/a", "a/", "a//b", ".a", "a/.b", "a.", "a/b.", "a..b", "..", "a.lock", "a.lock/b", "a/b.lock", "a.lockx",
    "a b", "a~1", "a^", "a:b", "a?b", "a*b", "a[b", "a\\b", "a@{1}", "@{", "a\u{1}b", "a\u{7f}b", "a\tb", "a\nb",
    "a\u{80}b", "a~\u{301}", "a..\u{301}b", "a/\u{301}b", "a:\u{301}", "a.lock\u{301}", "a/\u{301}.lock", "\"", "'a'",
  ]

  static let gitPath = ["/usr/bin/git", "/usr/local/bin/git"].first { FileManager.default.isExecutableFile(atPath: $0) }

  @Test(.enabled(if: gitPath != nil, "compares with git"), arguments: names)
  func agreesWithGit(_ name: String) throws {
    let git = Process()
    git.executableURL = URL(filePath: try #require(RefNameTests.gitPath))
    git.arguments = ["check-ref-format", "refs/heads/" + name]
    git.standardError = FileHandle.nullDevice
    try git.run()
    git.waitUntilExit()
    #expect(((try? RefName("refs/heads/" + name)) != nil) == (git.terminationStatus == 0))
  }

  @Test(arguments: ["HEAD", "@", "-x", ""])
  func notABranch(_ name: String) {
    expectError(.invalidName) { _ = try RefName.branch(name) }
  }

  @Test func theRestOfTheRules() throws {
    expectError(.invalidName) { _ = try RefName("main") }
    expectError(.invalidName) { _ = try RefName.branch(String(repeating: "a", count: 1100)) }
    #expect(try RefName.branch("a/b").branchName == "a/b")
    #expect(try RefName("refs/tags/v1").branchName == nil)
    #expect(try RefName.branch("\u{301}x").branchName == "\u{301}x")
    #expect(try RefName.branch("\u{E9}") != RefName.branch("e\u{301}"))
  }
}
