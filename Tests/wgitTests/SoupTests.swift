import Testing

/// What holds for every soup of branches, whoever joined it when.
struct SoupTests {
  private let runner: CommandRunner

  init() throws {
    runner = try CommandRunner()
    try runner.wgit("init", "-q")
    try commit([0, 0, 0])
  }

  private func commit(_ values: [Float]) throws {
    try runner.write(Safetensors.file([("w", [values.count], values)]), to: "model.safetensors")
    try runner.wgit("add", ".")
    let output = try runner.wgit("commit", "-qm", "x")
    #expect(output.status == 0, "\(output.standardError)")
  }

  private func branch(_ name: String, _ values: [Float]) throws {
    try runner.wgit("switch", "-qc", name, "main")
    try commit(values)
  }

  private func merge(_ arguments: String...) throws -> CommandRunner.Output {
    try runner.run(CommandRunner.program, ["merge"] + arguments)
  }

  /// Values whose sum depends on the order if it is rounded in between.
  @Test func theBytesAreTheSameWhateverTheOrder() throws {
    let names = ["a", "b", "c", "d"]
    for (index, values) in [[1e8, 0.1, -3e-39], [1, 0.2, 7e-39], [-1e8, 0.3, 1e-45], [3, 0.7, 1]].enumerated() {
      try branch(names[index], values.map { Float($0) })
    }
    var results: Set<[UInt8]> = []
    for (number, order) in ["abcd", "dcba", "bdac", "cadb"].enumerated() {
      let parts = order.map(String.init)
      try runner.wgit("switch", "-qc", "soup-\(number)", parts[0])
      for part in parts.dropFirst() { #expect(try merge("-q", "-s", "ratatouille", part).status == 0) }
      results.insert(try runner.read("model.safetensors"))
    }
    // Two and two.
    for (name, start, other) in [("left", "a", "c"), ("right", "d", "b")] {
      try runner.wgit("switch", "-qc", name, start)
      #expect(try merge("-q", "-s", "ratatouille", other).status == 0)
    }
    #expect(try merge("-q", "-s", "ratatouille", "left").status == 0)
    results.insert(try runner.read("model.safetensors"))
    #expect(results.count == 1)
    let bytes = try #require(results.first)
    let mean = try #require(try Safetensors.tensors(bytes)["w"])
    let tenths: [Float] = [0.1, 0.2, 0.3, 0.7]
    let exact = tenths.reduce(0.0) { $0 + Double($1) } / 4
    #expect(mean == [1, Float(exact), 0.25])
    #expect(try runner.wgit("replay").status == 0)
  }

  @Test func elementsThatAreNoNumbersAreTold() throws {
    try branch("bad", [.nan, .infinity, 1])
    try branch("good", [1, 1, 3])
    let strict = try merge("-s", "ratatouille", "--strict", "bad")
    #expect(strict.status == 1)
    #expect(strict.standardError.contains("w: 1 NaN and 1 infinite elements"))
    #expect(try runner.wgit("log", "--oneline").standardOutput.split(separator: "\n").count == 2)
    #expect(try runner.wgit("status").standardOutput.contains("working folder clean"))
    let lenient = try merge("-s", "ratatouille", "bad")
    #expect(lenient.status == 0)
    #expect(lenient.standardError.contains("warning: w has 1 NaN and 1 infinite elements"))
  }

  @Test func valuesBeyondTheTypeOfTheResultAreTold() throws {
    try branch("large", [200_000, 1, 1])
    try branch("small", [0, 1, 3])
    let output = try merge("-s", "ratatouille", "--dtype", "F16", "large")
    #expect(output.status == 0)
    #expect(output.standardError.contains("0 NaN and 1 infinite elements, 1 of them beyond the range"))
    try runner.wgit("undo")
    #expect(try merge("-s", "ratatouille", "--dtype", "F16", "--strict", "large").status == 1)
  }
}
