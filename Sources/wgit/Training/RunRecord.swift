import Documents
import Glibc
import Trainer
import WeightStore

/// A run that is under way or was interrupted: a folder `.wgit/runs/<branch>` with its plan and where it stands.
///
/// One process at a time works on a run: it holds `flock` on the folder's file `lock`. Plan and state are replaced whole,
/// so that whenever the process dies the last saved state is there.
final class RunRecord {
  let plan: RunPlan
  /// What the run was found to depend on; a run that is continued elsewhere must find the same.
  let identity: JSONValue
  private let folder: String
  private let lock: OpenFile

  private var planFile: String { "\(folder)/run.json" }
  private var stateFile: String { "\(folder)/state.safetensors" }

  /// Writes a plan down. The branch must not have an unfinished run.
  static func create(_ plan: RunPlan, identity: JSONValue, in repository: Repository) throws -> RunRecord {
    let runs = repository.layout.runFolder
    let folder = "\(runs)/\(name(of: plan.branch))"
    for path in [runs, folder] { try Folder.create(path) }
    let record = RunRecord(plan: plan, identity: identity, folder: folder, lock: try lock(folder, branch: plan.branch))
    guard access(record.planFile, F_OK) != 0 else { throw try unfinished(plan.branch, in: repository) }
    try record.write(["plan": plan.json, "identity": identity], to: record.planFile)
    return record
  }

  /// The run of a branch, to be continued.
  ///
  /// - Throws: `CommandError.busy` while another process works on it.
  static func open(_ branch: String, in repository: Repository) throws -> RunRecord {
    let folder = "\(repository.layout.runFolder)/\(name(of: branch))"
    let planFile = "\(folder)/run.json"
    guard access(planFile, F_OK) == 0 else {
      throw CommandError(
        .notFound, "branch '\(branch)' has no run to continue", hint: "start one: wgit finetune --task FILE -b BRANCH")
    }
    let lock = try lock(folder, branch: branch)
    let json = try read(planFile)
    return RunRecord(
      plan: try RunPlan(json: json["plan"] ?? .null, path: planFile), identity: json["identity"] ?? .null,
      folder: folder, lock: lock)
  }

  /// Branches with a run that has not come to its end, in order of their names.
  static func branches(in repository: Repository) throws -> [String] {
    let runs = repository.layout.runFolder
    guard Folder.isFolder(runs) else { return [] }
    return try Folder.names(in: runs).compactMap { name in
      let path = "\(runs)/\(name)/run.json"
      guard access(path, F_OK) == 0 else { return nil }
      let plan = try read(path)["plan"]
      // The steps of recipes are continued by their recipes.
      return plan?["step"]?.objectValue == nil ? plan?["branch"]?.stringValue : nil
    }
  }

  /// Drops the run of a branch, if there is one.
  static func drop(_ branch: String, in repository: Repository) throws {
    let folder = "\(repository.layout.runFolder)/\(name(of: branch))"
    guard Folder.isFolder(folder) else { return }
    let lock = try lock(folder, branch: branch)
    remove(folder)
    withExtendedLifetime(lock) {}
  }

  /// Refuses to start a run on a branch that has an unfinished one.
  static func refuseUnfinished(_ branch: String, in repository: Repository) throws {
    if isUnfinished(branch, in: repository) { throw try unfinished(branch, in: repository) }
  }

  /// Whether a run was begun and has not come to its end.
  static func isUnfinished(_ branch: String, in repository: Repository) -> Bool {
    access("\(repository.layout.runFolder)/\(name(of: branch))/run.json", F_OK) == 0
  }

  private static func unfinished(_ branch: String, in repository: Repository) throws -> CommandError {
    let shown = Terminal.escape(branch)
    return CommandError(
      .negative, "branch '\(branch)' has a run that was interrupted",
      hint: "continue it: wgit finetune --resume --branch \(shown); or begin anew with --restart")
  }

  private init(plan: RunPlan, identity: JSONValue, folder: String, lock: OpenFile) {
    self.plan = plan
    self.identity = identity
    self.folder = folder
    self.lock = lock
  }

  /// A branch's name as that of a folder.
  private static func name(of branch: String) -> String {
    branch.utf8.map { byte in
      let isPlain =
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || [UInt8(ascii: "-"), UInt8(ascii: "_")].contains(byte)
      let digits = String(byte, radix: 16, uppercase: true)
      return isPlain ? String(UnicodeScalar(byte)) : "%" + (digits.count == 1 ? "0" : "") + digits
    }.joined()
  }

  private static func lock(_ folder: String, branch: String) throws -> OpenFile {
    let file = try OpenFile.open("\(folder)/lock", flags: O_RDWR | O_CREAT)
    guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw StoreError(.busy, "another wgit process is training '\(branch)'", subjects: [branch])
    }
    return file
  }

  private static func read(_ path: String) throws -> JSONValue {
    let file = try OpenFile.open(path, flags: O_RDONLY)
    do {
      return try JSONParser.parse(file.read(at: 0, count: try file.byteCount()))
    } catch var error as DocumentError {
      error.name = path
      throw error
    }
  }

  private func write(_ value: JSONValue, to path: String) throws {
    try AtomicFile.write(Array((value.prettyString() + "\n").utf8), to: path, temporaryFolder: folder)
  }

  /// A place for files of the run's own, empty, gone with the record.
  func emptyFolder(_ name: String) throws -> String {
    let path = "\(folder)/\(name)"
    RunRecord.removeTree(path)
    try Folder.create(path)
    return path
  }

  // MARK: The state

  func save(_ snapshot: TrainingSnapshot) throws {
    try AtomicFile.write(SnapshotFile.bytes(snapshot), to: stateFile, temporaryFolder: folder)
  }

  /// nil before the first state was saved.
  func snapshot() throws -> TrainingSnapshot? {
    guard access(stateFile, F_OK) == 0 else { return nil }
    let file = try OpenFile.open(stateFile, flags: O_RDONLY)
    return try SnapshotFile.read(file.read(at: 0, count: try file.byteCount()), path: stateFile)
  }

  /// Takes the record away: the run has come to its end.
  func remove() { RunRecord.remove(folder) }

  private static func remove(_ folder: String) {
    // The plan first: without it there is no run.
    unlink("\(folder)/run.json")
    removeTree(folder)
  }

  private static func removeTree(_ path: String) {
    for name in (try? Folder.names(in: path)) ?? [] {
      let child = "\(path)/\(name)"
      var status = stat()
      guard lstat(child, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR { removeTree(child) } else { unlink(child) }
    }
    rmdir(path)
  }
}
