import Foundation
import Testing

/// One command in a prepared repository: what it does when nothing goes wrong, to compare with when something does.
struct Scenario: Sendable {
  enum Name: String, CaseIterable, CustomTestStringConvertible {
    case add, commit, `switch`, merge, undo, gc, repack, repair
    var testDescription: String { rawValue }
    /// Refs and stage are the same before and after.
    var changesNothingToSee: Bool { [.gc, .repack, .repair].contains(self) }
  }

  /// What can be seen of a repository from outside.
  struct State: Equatable {
    let branches: String
    let staged: String
  }

  let command: [String]
  let prepared: Project
  let before: State
  let after: State
  let filesAfter: [String: Data]
  /// Whether doing it twice comes to the same as doing it once.
  let isRepeatable: Bool
  /// How many storage calls the command makes.
  let callCount: Int

  /// Made once; tests break copies.
  static func named(_ name: Name) throws -> Scenario {
    try #require(all[name]).get()
  }

  private static let all: [Name: Result<Scenario, any Error>] = {
    let history = Result { try Scenario.history() }
    return Dictionary(
      uniqueKeysWithValues: Name.allCases.map { name in
        (name, Result { try Scenario(name, Project(copying: history.get())) })
      })
  }()

  private init(_ name: Name, _ project: Project) throws {
    prepared = project
    switch name {
    case .add:
      try Scenario.modify(project)
      command = ["add", "."]
    case .commit:
      try Scenario.modify(project)
      try Scenario.run(project, "add", ".")
      command = ["commit", "-q", "-m", "Next"]
    case .switch: command = ["switch", "shape"]
    case .merge: command = ["merge", "--strategy", "ratatouille", "variant"]
    case .undo:
      try Scenario.modify(project)
      try Scenario.run(project, "commit", "-q", "--all", "-m", "Next")
      command = ["undo"]
    case .gc:
      try Scenario.run(project, "branch", "-D", "variant")
      command = ["gc", "--keep-undo", "0", "--grace", "0"]
    case .repack: command = ["repack"]
    case .repair: command = ["fsck", "--repair"]
    }
    isRepeatable = name != .undo
    before = try Scenario.state(of: project)
    let untouched = try Project(copying: project)
    let log = untouched.folder.appending(path: "calls")
    let output = try untouched.wgit(command, environment: StorageFaults.environment(.count, log: log.path))
    try #require(output.status == 0, "\(output.errors)")
    callCount = try String(contentsOf: log, encoding: .utf8).split(separator: "\n").count
    after = try Scenario.state(of: untouched)
    filesAfter = try untouched.workingFiles()
    try #require(before != after || name.changesNothingToSee)
  }

  static func state(of project: Project) throws -> State {
    let branches = try project.wgit("branch", "--json")
    let staged = try project.wgit("diff", "--staged", "--json")
    try #require(branches.status == 0 && staged.status == 0, "\(branches.errors)\(staged.errors)")
    return State(branches: branches.text, staged: staged.text)
  }

  /// After a command that failed or died: sound, before or after, and the same command works without help from anybody.
  func checkRecovery(of project: Project, _ fault: Comment) throws {
    let check = try project.wgit("fsck")
    #expect(check.status == 0, "\(fault): \(check.text)\(check.errors)")
    let state = try Scenario.state(of: project)
    #expect(state == before || state == after, "\(fault): neither before nor after")
    guard isRepeatable || state != after else { return }
    let again = try project.wgit(command)
    // A commit or a merge that is there already has nothing left to do.
    #expect(again.status == 0 || (state == after && again.status == 1), "\(fault): \(again.errors)")
    #expect(try Scenario.state(of: project) == after, "\(fault)")
    #expect(try project.workingFiles() == filesAfter, "\(fault)")
    #expect(project.temporaryFiles == [], "\(fault)")
  }

  /// Four commits on three branches; `shape` has a folder where `main` has a file.
  private static func history() throws -> Project {
    let project = try Project()
    try run(project, "init")
    try project.write(checkpoint([("body", 4000, 1), ("head", 300, 2), ("empty", 0, 0)]), to: "model.safetensors")
    try project.write(Array("{}\n".utf8), to: "network.json")
    try project.write([UInt8](repeating: 7, count: 5000), to: "data")
    try commit(project, "First")
    try run(project, "switch", "-c", "variant")
    try project.write(checkpoint([("body", 4000, 1), ("head", 300, 3), ("empty", 0, 0)]), to: "model.safetensors")
    try commit(project, "Variant")
    try run(project, "switch", "main")
    try run(project, "switch", "-c", "shape")
    try project.remove("data")
    try project.remove("network.json")
    try project.write([1, 2, 3], to: "data/a")
    try project.write([], to: "data/empty")
    try project.write(checkpoint([("body", 4000, 5), ("tail", 10, 6)]), to: "model.safetensors")
    try commit(project, "Shape")
    try run(project, "switch", "main")
    try project.write(checkpoint([("body", 4000, 1), ("head", 300, 4), ("empty", 0, 0)]), to: "model.safetensors")
    try commit(project, "Main")
    return project
  }

  private static func modify(_ project: Project) throws {
    try project.write(checkpoint([("body", 4000, 8), ("head", 300, 4), ("empty", 0, 0)]), to: "model.safetensors")
    try project.write(Array("notes".utf8), to: "notes/today.txt")
    try project.remove("network.json")
  }

  private static func commit(_ project: Project, _ message: String) throws {
    try run(project, "add", "--all")
    try run(project, "commit", "-m", message)
  }

  private static func run(_ project: Project, _ arguments: String...) throws {
    let output = try project.wgit(arguments)
    try #require(output.status == 0, "\(arguments): \(output.errors)")
  }
}
