import Foundation
import Testing

/// Bits that change where they lie.
struct BitRotTests {
  @Test func everyFlippedBitIsDetectedOrHarmless() throws {
    let scenario = try Scenario.named(.switch)
    let files = try storedFiles(of: scenario.prepared)
    var random = SystemRandomNumberGenerator()
    var tally = Tally()
    for _ in 0..<(StorageFaults.triesEveryPoint ? 1000 : 12) {
      let file = try #require(files.randomElement(using: &random))
      let bit = Int.random(in: 0..<(file.byteCount * 8), using: &random)
      let project = try Project(copying: scenario.prepared)
      try change(project, file.path) { $0[bit / 8] ^= 1 << UInt8(bit % 8) }
      try judge(project, scenario, "bit \(bit) of \(file.path)", &tally)
    }
    Figures.note("flipped bits: \(tally)")
  }

  @Test func everyTruncationIsDetectedOrHarmless() throws {
    let scenario = try Scenario.named(.switch)
    var tally = Tally()
    for file in try storedFiles(of: scenario.prepared) {
      let count = file.byteCount
      let ends = [0, 1, count / 3, count / 2, count - 49, count - 1].filter { $0 >= 0 && $0 < count }
      for end in StorageFaults.triesEveryPoint ? Array(Set(ends)).sorted() : [count / 2] {
        let project = try Project(copying: scenario.prepared)
        try change(project, file.path) { $0 = $0.prefix(end) }
        try judge(project, scenario, "\(file.path) cut to \(end) of \(count) bytes", &tally)
      }
    }
    Figures.note("truncations: \(tally)")
  }

  @Test func aLostDatabaseComesBack() throws {
    let scenario = try Scenario.named(.switch)
    let project = try Project(copying: scenario.prepared)
    let commands = [["branch", "--json"], ["log", "--all", "--json"], ["op", "log"], ["status"]]
    let before = try commands.map { try project.wgit($0).text }
    try project.remove(".wgit/wgit.db")
    #expect(try project.wgit("log").status == 65)
    #expect(try project.wgit("fsck", "--repair").status == 0)
    #expect(try commands.map { try project.wgit($0).text } == before)
  }

  private struct Tally: CustomStringConvertible {
    var detected = 0
    var harmless = 0
    var description: String { "\(detected + harmless) in all, \(detected) detected, \(harmless) harmless" }
  }

  /// Either fsck sees it, or nothing is different from before. What is read is right in both cases.
  private func judge(
    _ project: Project, _ scenario: Scenario, _ fault: String, _ tally: inout Tally
  ) throws {
    let allowed: Set<Int32> = [0, 1, 65, 66, 74, 77]
    let check = try project.wgit("fsck")
    #expect(
      !check.wasKilled && allowed.contains(check.status), "\(fault): fsck exits with \(check.status) \(check.errors)")
    let isDetected = check.status != 0
    if isDetected { tally.detected += 1 } else { tally.harmless += 1 }
    for command in [["log", "--json"], ["status", "--json"], ["branch", "--json"]] {
      let output = try project.wgit(command)
      #expect(
        !output.wasKilled && allowed.contains(output.status), "\(fault): \(command) \(output.status) \(output.errors)")
    }
    if !isDetected {
      let state = try Scenario.state(of: project)
      #expect(state == scenario.before, "\(fault): another state, and fsck sees nothing")
    }
    let expected = try project.workingFiles()
    for path in expected.keys { try project.remove(path) }
    let restored = try project.wgit("restore", ".")
    #expect(
      !restored.wasKilled && allowed.contains(restored.status),
      "\(fault): restore \(restored.status) \(restored.errors)")
    let files = try project.workingFiles()
    if !isDetected {
      #expect(restored.status == 0 && files == expected, "\(fault): fsck sees nothing: \(restored.errors)")
    }
    for (path, bytes) in files where expected[path] != nil {
      #expect(bytes == expected[path], "\(fault): '\(path)' is wrong")
    }
  }

  private func change(_ project: Project, _ path: String, _ body: (inout Data) -> Void) throws {
    let url = project.root.appending(path: path)
    var bytes = try Data(contentsOf: url)
    body(&bytes)
    try FileManager.default.removeItem(at: url)
    try bytes.write(to: url)
  }

  /// Packs, database, format.
  private func storedFiles(of project: Project) throws -> [(path: String, byteCount: Int)] {
    var files: [(path: String, byteCount: Int)] = []
    for path in try FileManager.default.subpathsOfDirectory(atPath: project.root.path) where path.hasPrefix(".wgit/") {
      let count = FileManager.default.contents(atPath: project.root.appending(path: path).path)?.count ?? 0
      if count > 0, !path.hasSuffix("-shm") { files.append((path, count)) }
    }
    return files.sorted { $0.path < $1.path }
  }
}
