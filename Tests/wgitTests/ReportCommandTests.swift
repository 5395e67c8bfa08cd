import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

struct ReportCommandTests {
  private static let hostile = "<img src=x onerror=alert(1)> & \"quoted\" | `code` \u{202e}"

  /// A history with a training, a merge by average and names that mean harm.
  private static func project() throws -> BlockProject {
    let project = try BlockProject(minimum: 0, maximumDrop: 0.5)
    try project.finetune("main", "blocks", branch: "a", seed: 1)
    try project.finetune("main", "blocks", branch: "b", seed: 2)
    try project.runner.wgit("switch", "-q", "a")
    try project.runner.write(
      Safetensors.file([("<b>t</b>.0.w", [2], [1, 2])]), to: "<script>.safetensors")
    try project.runner.wgit("add", ".")
    #expect(try project.runner.wgit("commit", "-qm", "\(hostile)\n\n<h1>Body</h1>\n```").status == 0)
    #expect(try project.runner.wgit("merge", "-qs", "ratatouille", "b").status == 0)
    #expect(try project.runner.wgit("test", "a", "a~1", "b", "--against", "main").status == 0)
    return project
  }

  private static func files(_ folder: URL) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".html") }.sorted()
  }

  @Test func theSiteIsWholeSafeAndTheSameAlways() throws {
    let project = try Self.project()
    let runner = project.runner
    let output = try runner.wgit("report", "--html", "site", "--all")
    #expect(output.status == 0, "\(output.standardError)")
    #expect(output.standardError == "Wrote 6 pages: site/index.html\n")
    let site = runner.project.appendingPathComponent("site")
    let files = try Self.files(site)
    #expect(files.count == 6)
    for name in files {
      let file = site.appendingPathComponent(name)
      let document = try XMLDocument(xmlString: String(contentsOf: file, encoding: .utf8))
      func values(_ path: String) throws -> [String] { try document.nodes(forXPath: path).compactMap(\.stringValue) }
      for path in ["//script", "//img", "//b", "//main//h1[2]", "//@style", "//@onerror", "//@src"] {
        #expect(try values(path).isEmpty, "\(name) has \(path)")
      }
      for link in try values("//@href") where !link.hasPrefix("#") {
        let target = file.deletingLastPathComponent().appendingPathComponent(link)
        #expect(FileManager.default.fileExists(atPath: target.path), "\(name) leads to \(link)")
      }
      let ids = try values("//@id")
      #expect(Set(ids).count == ids.count)
    }
    #expect(try runner.wgit("report", "--html", "again", "--all", "-q").status == 0)
    for name in files { #expect(try runner.read("site/\(name)") == runner.read("again/\(name)")) }
  }

  @Test func theMergePageHasIngredientsBeforeAndAfter() throws {
    let project = try Self.project()
    #expect(try project.runner.wgit("report", "--html", "site", "--lmc", "a").status == 0)
    let id = try project.commitID("a")
    let page = String(decoding: try project.runner.read("site/commits/\(id).html"), as: UTF8.self)
    let document = try XMLDocument(xmlString: page)
    let rows = try document.nodes(forXPath: "//table[caption='Before and after']/tbody/tr").map { row in
      try row.nodes(forXPath: "td").map { $0.stringValue ?? "" }
    }
    #expect(rows.count == 4)
    #expect(rows[0][2] == "1/2" && rows[2][0] == "mean of the ingredients" && rows[3][0] == "this merge")
    let tested = try project.runner.wgit("log", "a", "-n", "1", "--certificates", "--json")
    let log = try JSONSerialization.jsonObject(with: Data(tested.standardOutput.utf8)) as? [[String: Any]]
    let value = try #require((log?.first?["certificates"] as? [[String: Any]])?.first?["value"] as? Double)
    #expect(rows[3][3] == "\(String(format: "%.1f", value * 100)) % holds")
    #expect(page.contains("Between the ingredients") && page.contains("Accuracy on the line, held-out"))
    // The training's page has its curve.
    let trained = String(
      decoding: try project.runner.read("site/commits/\(try project.commitID("b")).html"), as: UTF8.self)
    #expect(trained.contains("Training loss") && trained.contains("Relative change by layer, model.safetensors"))
  }

  @Test func aFolderThatIsNotEmptyIsLeftAlone() throws {
    let project = try BlockProject()
    try project.runner.write("mine", to: "site/index.html")
    let refused = try project.runner.wgit("report", "--html", "site")
    #expect(refused.status == 1 && refused.standardError.contains("'site' is not empty"))
    #expect(try project.runner.read("site/index.html") == Array("mine".utf8))
    #expect(try project.runner.wgit("report", "--html", "site", "--force", "-q").status == 0)
    #expect(try project.runner.read("site/index.html").starts(with: Array("<!DOCTYPE html>".utf8)))
  }

  @Test func markdownHoldsNoMarkupOfTheRepositorys() throws {
    let project = try Self.project()
    let output = try project.runner.wgit("report", "a^1")
    #expect(output.status == 0, "\(output.standardError)")
    #expect(
      output.standardOutput.hasPrefix(
        "# &lt;img src=x onerror=alert(1)&gt; &amp; \"quoted\" \\| \\`code\\` \\\\u{202e}\n"))
    #expect(output.standardOutput.contains("````\n<h1>Body</h1>\n```\n````"))
    let range = try project.runner.wgit("report", "main..a")
    #expect(range.standardOutput.hasPrefix("# a, compared with main\n"))
    #expect(range.standardOutput.contains("| held-out | accuracy | "))
    #expect(range.standardOutput.contains("| `hidden` | 2 | "))
    #expect(range.standardOutput.contains("- commits: 4\n"))
  }
}
