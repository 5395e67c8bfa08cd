import Foundation
import Testing
import WeightStore

/// Repositories made by somebody who wants harm: refused or harmless, and nothing is written outside.
struct HostileRepositoryTests {
  @Test func everyVariantIsRefusedOrHarmless() throws {
    var peak = 0
    for variant in HostileVariant.all {
      let project = try Project(copying: Scenario.named(.switch).prepared)
      try variant.make(Forgery(project))
      peak = max(peak, try attack(project, variant.name))
    }
    #expect(HostileVariant.all.count >= 40)
    Figures.note("hostile repositories: \(HostileVariant.all.count) variants, at most \(peak) MiB")
  }

  private static let commands = [
    ["log", "--all"], ["branch"], ["status"], ["show", "hostile"], ["diff", "main", "hostile"], ["fsck"],
    ["switch", "hostile"], ["restore", "."], ["gc"], ["fsck", "--repair"],
  ]

  private func ownPeakMebibytes() -> Int {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return Int(usage.ru_maxrss) / 1024
  }

  private func attack(_ project: Project, _ name: String) throws -> Int {
    let control = try controlFiles(project)
    var peak = 0
    for command in HostileRepositoryTests.commands {
      let start = ContinuousClock.now
      let run = try MeasuredRun(command, in: project)
      let subject: Comment = "\(name): \(command.joined(separator: " ")): \(run.status) \(run.text.prefix(300))"
      #expect(run.signal == 0, subject)
      #expect([0, 1, 64, 65, 66, 74, 77].contains(run.status), subject)
      // A child's peak counts what its parent had when it was spawned: beside other tests that can be the larger figure.
      #expect(run.peakMebibytes < max(256, ownPeakMebibytes() + 1), "\(run.peakMebibytes) MiB, \(subject)")
      #expect(ContinuousClock.now - start < .seconds(10), subject)
      #expect(!run.text.unicodeScalars.contains(where: isDangerous), subject)
      peak = max(peak, run.peakMebibytes)
    }
    let outside = try FileManager.default.contentsOfDirectory(atPath: project.folder.path)
    #expect(Set(outside).isSubset(of: ["project", "measured"]), "\(name): \(outside)")
    #expect(!FileManager.default.fileExists(atPath: "/tmp/wgit-hostile"), "\(name)")
    #expect(try controlFiles(project) == control, "\(name)")
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

  /// Everything in the control folders that only wgit's own settings decide.
  private func controlFiles(_ project: Project) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: project.root.path).filter { $0.lowercased().contains("git") }
      + FileManager.default.contentsOfDirectory(atPath: project.root.appending(path: ".wgit").path)
      .filter { ["config.yaml", "hooks", "format", "evil"].contains($0) }.sorted()
  }
}
