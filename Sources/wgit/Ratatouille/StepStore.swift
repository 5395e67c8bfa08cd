import Documents
import Glibc
import Trainer
import WeightStore

/// Which steps are done and who works on one.
///
/// Commits are refs of the repository. Measurements are files below `.wgit/steps` that can be lost: they are made again.
/// Whoever works on a step holds `flock` on a file of its own there, so that several processes, started by one command or
/// by several, share the work; a process that dies lets go.
struct StepStore {
  let repository: Repository
  private var folder: String { repository.layout.stepFolder }

  init(_ repository: Repository) throws {
    self.repository = repository
    try Folder.create(repository.layout.stepFolder)
  }

  /// What is done, with the commits.
  func finished() throws -> [Digest: ObjectID<Commit>?] {
    var finished: [Digest: ObjectID<Commit>?] = try repository.steps().mapValues { .some($0) }
    for name in try Folder.names(in: folder) where name.hasSuffix(".json") {
      if let key = Digest(hex: String(name.dropLast(5))) { finished.updateValue(nil, forKey: key) }
    }
    return finished
  }

  // MARK: Measurements

  private func file(_ key: Digest) -> String { "\(folder)/\(key.hex).json" }

  func record(_ measurement: HeldOutScore, of key: Digest) throws {
    try AtomicFile.write(
      Array((String(decoding: measurement.json.canonicalBytes(), as: UTF8.self) + "\n").utf8), to: file(key),
      temporaryFolder: folder)
  }

  /// nil if it was not made, or is damaged: then it is as if it was not there.
  func score(_ key: Digest) -> HeldOutScore? {
    guard let opened = try? OpenFile.open(file(key), flags: O_RDONLY | O_NOFOLLOW),
      let count = try? opened.byteCount(), let bytes = try? opened.read(at: 0, count: count),
      let json = try? JSONParser.parse(bytes)
    else { return nil }
    return HeldOutScore(json: json)
  }

  /// Takes away measurements that are damaged, so that they are made again, and saved states of runs that are done.
  func clean(_ steps: [RecipeStep]) throws {
    let finished = try finished()
    for step in steps where finished[step.key] != nil {
      if step.makesCommit {
        let branch = RefName.step(step.key).text
        if RunRecord.isUnfinished(branch, in: repository) { try? RunRecord.drop(branch, in: repository) }
      } else if score(step.key) == nil {
        unlink(file(step.key))
      }
    }
  }

  // MARK: Claims

  /// nil while another process works on the step.
  func claim(_ key: Digest) throws -> StepClaim? { try StepClaim.take("\(folder)/\(key.hex).lock") }
}

/// The right to work on a step; given up when it is released.
final class StepClaim {
  private let path: String
  private let file: OpenFile

  /// nil if somebody else has it.
  fileprivate static func take(_ path: String) throws -> StepClaim? {
    let file = try OpenFile.open(path, flags: O_RDWR | O_CREAT)
    guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
    return StepClaim(path, file)
  }

  private init(_ path: String, _ file: OpenFile) { (self.path, self.file) = (path, file) }

  // Somebody may hold the file open still and get its lock: who gets one looks first whether the step is done.
  deinit { unlink(path) }
}

/// Where the steps of a recipe are worked on.
final class StepPlace {
  let repository: Repository
  let dataFolder: DataFolder
  let store: StepStore
  let cache = DatasetCache()
  private var cell: (key: JSONValue, examples: (test: ExampleSet, validation: ExampleSet))?

  init(_ repository: Repository, _ dataFolder: DataFolder) throws {
    self.repository = repository
    self.dataFolder = dataFolder
    store = try StepStore(repository)
  }

  func commit(of source: ModelSource) throws -> ObjectID<Commit> {
    switch source {
    case .revision(let id, _): return id
    case .step(let key):
      guard let id = try repository.target(of: RefName.step(key)) else {
        throw StoreError(.unknownRevision, "the step \(key.hex.prefix(10)) is not done")
      }
      return id
    }
  }

  /// The rows of a cell; those of the last one are kept.
  func examples(of data: CellData) throws -> (test: ExampleSet, validation: ExampleSet) {
    let key: JSONValue = [data.validationIdentity, data.testIdentity]
    if let cell, cell.key == key { return cell.examples }
    let dataset = try cache.data(
      data.task.task.dataPath, from: .workingFolder(repository), folder: dataFolder
    ).dataset
    let threads = Environment.threadCount
    let examples = (
      test: try dataset.examples(data.test, threadCount: threads),
      validation: try dataset.examples(dataset.split(data.split()).validation, threadCount: threads)
    )
    guard examples.test.count > 0 else {
      throw CommandError(.invalidData, "domain '\(data.heldOut)' has no rows to test on")
    }
    cell = (key, examples)
    return examples
  }
}
