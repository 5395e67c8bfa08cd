import Testing
import WeightStore

struct RelativePathTests {
  @Test(arguments: [
    "", "/", "/etc/passwd", "a//b", "a/", ".", "..", "../a", "a/..", "a/../b", "a/./b", "a\u{0}b",
    // A combining mark joins the slash before it in Swift's own view of characters, but not in the system's.
    "../\u{301}x", "a/../\u{301}x", ".wgit/\u{301}x", "/\u{301}x",
    ".wgit", ".wgit/config.yaml", "a/.wgit/b", ".WGIT", ".Wgit", ".wGiT/x", ".git", ".GIT/hooks/x",
    ".wgit.", ".wgit ", ".wgit. .", ".wgit::$INDEX_ALLOCATION", ".wgit:x", "wgit~1", "GIT~1", "a\\.wgit\\b",
    ".w\u{200C}git", "\u{FEFF}.wgit", ".wgit\u{200D}", ".g\u{200B}it", ".wgi\u{2060}t", ".w\u{AD}git",
  ])
  func unsafe(_ text: String) {
    expectError(.unsafePath) { _ = try RelativePath(text) }
  }

  @Test func tooLong() throws {
    expectError(.unsafePath) { _ = try RelativePath(String(repeating: "a", count: 256)) }
    expectError(.unsafePath) { _ = try RelativePath(Array(repeating: "abc", count: 1025).joined(separator: "/")) }
    _ = try RelativePath(String(repeating: "a", count: 255))
    _ = try RelativePath(Array(repeating: "abc", count: 1024).joined(separator: "/"))
  }

  @Test(arguments: [
    "a", "a/b/c", "...", ".gitignore", ".wgitignore", "wgit", "a b", "ä/ö", "\u{301}x", "a:b", "a\\b", "-x", "~", "*",
    "line\nbreak", "git~2", ".wgit2",
  ])
  func safe(_ text: String) throws {
    #expect(try RelativePath(text).text == text)
  }

  @Test func partsAreCutAtBytes() throws {
    let path = try RelativePath("a/\u{301}b/c")
    #expect(path.components == ["a", "\u{301}b", "c"])
    #expect(path.name == "c")
    #expect(path.ancestors.map(\.text) == ["a", "a/\u{301}b"])
    #expect(path.isBelow(try RelativePath("a")))
    #expect(!path.isBelow(try RelativePath("a/\u{301}")))
    #expect(!path.isBelow(path))
    #expect(!(try RelativePath("ab").isBelow(RelativePath("a"))))
  }

  @Test func bytesDecideEquality() throws {
    let composed = try RelativePath("\u{E9}")
    let decomposed = try RelativePath("e\u{301}")
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed]).count == 2)
    #expect(Set([composed, try RelativePath("\u{E9}")]).count == 1)
  }
}
