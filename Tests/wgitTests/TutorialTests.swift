import Foundation
import Testing

/// docs/tutorial.md can be followed: every command does what the page says.
struct TutorialTests {
  private static let page = Snapshot.sourceTree.appendingPathComponent("docs/tutorial.md")

  @Test(.enabled(if: RealDataGateTests.isDataPresent, "dataset-fashion-mnist is not installed"))
  func theTutorialDoesWhatItSays() throws {
    let text = try String(contentsOf: Self.page, encoding: .utf8)
    let tutorial = TutorialPage(text)
    #expect(tutorial.commands.count > 30)
    let runner = try CommandRunner()
    let program = CommandRunner.program.deletingLastPathComponent().path
    let now = try tutorial.followed(
      runner, data: RealDataGateTests.data,
      environment: [
        "PATH": "\(program):/usr/bin:/bin", "WGIT_AUTHOR_NAME": "", "WGIT_AUTHOR_EMAIL": "", "WGIT_DATA": "",
      ])
    // A page whose words are right keeps its figures.
    guard TutorialPage.withoutFigures(now) != TutorialPage.withoutFigures(text) else { return }
    try Snapshot.check(now, Self.page)
  }
}
