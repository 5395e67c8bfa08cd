import Testing

struct InitCommandTests {
  @Test func initOnceThenRefuse() throws {
    let runner = try CommandRunner()
    #expect(try runner.wgit("init").status == 0)
    let again = try runner.wgit("init")
    #expect(again.status == 64)
    #expect(again.standardError.contains("is a repository already"))
  }

  @Test func outsideARepository() throws {
    let runner = try CommandRunner()
    let output = try runner.wgit("status")
    #expect(output.status == 66)
    #expect(output.standardError.contains("hint: make one here: wgit init"))
  }
}
