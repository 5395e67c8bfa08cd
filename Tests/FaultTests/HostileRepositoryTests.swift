import Foundation
import Testing
import WeightStore

/// Repositories made by somebody who wants harm: refused or harmless, nothing is written outside, nothing is executed.
@Suite(.enabled(if: StorageFaults.isAvailable, StorageFaults.skipReason))
struct HostileRepositoryTests {
  @Test func everyVariantIsRefusedOrHarmless() throws {
    var peak = Cost()
    for variant in HostileVariant.all {
      let project = try Project(copying: Scenario.named(.switch).prepared)
      try variant.make(Forgery(project))
      peak.note(try attack(project, variant.name))
    }
    #expect(HostileVariant.all.count >= 40)
    Figures.note("hostile repositories: \(HostileVariant.all.count) variants, at most \(peak)")
  }

  private struct Cost: CustomStringConvertible {
    var mebibytes = 0
    var cpuSeconds = 0.0

    mutating func note(_ other: Cost) {
      mebibytes = max(mebibytes, other.mebibytes)
      cpuSeconds = max(cpuSeconds, other.cpuSeconds)
    }

    var description: String { "\(mebibytes) MiB and \((cpuSeconds * 1000).rounded() / 1000) s of CPU time" }
  }

  private static let commands: [[String]] = {
    let few = [
      ["log", "--all"], ["status"], ["show", "hostile"], ["diff", "main", "hostile"], ["fsck"], ["switch", "hostile"],
      ["restore", "."], ["add", "."], ["gc"], ["fsck", "--repair"],
    ]
    guard StorageFaults.triesEveryPoint else { return few }
    return few + [
      ["branch"], ["cat-object", "hostile"], ["config", "--list"], ["du"], ["op", "log"], ["undo"],
      ["export", "hostile:a", "-o", "exported"], ["commit", "--allow-empty", "-m", "x"],
      ["merge", "--strategy", "ratatouille", "hostile"], ["repack"], ["gc", "--keep-undo", "0", "--grace", "0"],
    ]
  }()

  private func attack(_ project: Project, _ name: String) throws -> Cost {
    let control = try controlFiles(project)
    let victim = try VictimFolder.content(of: project)
    let root = project.root.path
    var peak = Cost()
    for command in HostileRepositoryTests.commands {
      let run = try MeasuredRun(command, in: project)
      let subject: Comment = "\(name): \(command.joined(separator: " ")): \(run.status) \(run.text.prefix(300))"
      #expect(run.signal == 0, subject)
      #expect([0, 1, 64, 65, 66, 74, 75, 77].contains(run.status), subject)
      #expect(run.peakMebibytes < 256, "\(run.peakMebibytes) MiB, \(subject)")
      #expect(run.cpuSeconds < (StorageFaults.triesEveryPoint ? 1 : 2), "\(run.cpuSeconds) s, \(subject)")
      // An object is written as it is stored, unless a terminal would get it.
      let isRaw = command[0] == "cat-object"
      #expect(isRaw || !run.text.unicodeScalars.contains(where: isDangerous), subject)
      #expect(run.startedPrograms == [Project.program.path], "\(run.startedPrograms), \(subject)")
      let outside = run.changedPaths.filter { $0 != root && !$0.hasPrefix("\(root)/") }
      #expect(outside.isEmpty, "\(outside), \(subject)")
      peak.note(Cost(mebibytes: run.peakMebibytes, cpuSeconds: run.cpuSeconds))
    }
    let found = try FileManager.default.contentsOfDirectory(atPath: project.folder.path)
    let known = ["project", "victim", "measured", "measured-output", "measured-calls"]
    #expect(Set(found).isSubset(of: known), "\(name): \(found)")
    #expect(!FileManager.default.fileExists(atPath: "/tmp/wgit-hostile"), "\(name)")
    #expect(try controlFiles(project) == control, "\(name)")
    #expect(try VictimFolder.content(of: project) == victim, "\(name)")
    let written = try project.workingFiles().filter { $0.value == Data("evil\n".utf8) }.keys
    #expect(written.allSatisfy { !$0.lowercased().contains("git/") }, "\(name): \(written)")
    return peak
  }

  /// What a terminal would obey.
  private func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0a, 0x09: false
    case 0..<0x20, 0x7f..<0xa0, 0x202a...0x202e, 0x2066...0x2069: true
    default: false
    }
  }

  /// Each chunk is what its id says; together they are not the file that the manifest promises.
  @Test func aFullCheckPutsFilesTogether() throws {
    let project = try Project(copying: Scenario.named(.switch).prepared)
    let forgery = try Forgery(project)
    let blob = try forgery.put(.blob, "EVIL\n")
    let promised = SHA256.digest(of: Array("evil\n".utf8)).hex
    let manifest = try forgery.put(
      .manifest,
      #"{"byteCount":5,"format":"bytes","segments":[{"byteCount":5,"chunks":["\#(blob.hex)"]}],"#
        + #""sha256":"\#(promised)","type":"manifest","version":1}"#)
    try forgery.commit(tree: forgery.tree([forgery.entry("a", manifest: manifest)]))
    let finding = "a rebuilt file does not have the SHA-256 \(promised)"
    #expect(try !project.wgit("fsck").text.contains(finding))
    let full = try project.wgit("fsck", "--full")
    #expect(full.text.contains(finding))
    #expect(full.status == 1)
  }

  /// Everything in the control folders that only wgit's own settings decide.
  private func controlFiles(_ project: Project) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: project.root.path).filter { $0.lowercased().contains("git") }
      + FileManager.default.contentsOfDirectory(atPath: project.root.appending(path: ".wgit").path)
      .filter { ["config.yaml", "hooks", "format", "evil"].contains($0) }.sorted()
  }
}
