import Tensors
import Testing
import WeightStore

/// A repository with branches that start from one commit.
final class MergeProject {
  typealias Tensors = [(name: String, dtype: DType, shape: [Int], bytes: [UInt8])]

  let temporary: TemporaryRepository
  let base: ObjectID<Commit>
  var repository: Repository { temporary.repository }
  static let path = "m.safetensors"

  /// - Parameter files: of the first commit.
  init(_ files: [String: [UInt8]]) throws {
    temporary = try TemporaryRepository()
    for (path, bytes) in files { try temporary.write(bytes, to: path) }
    base = try temporary.commit("base").id
  }

  /// A commit on a new branch.
  ///
  /// - Parameter files: `nil` removes.
  @discardableResult
  func branch(_ name: String, _ files: [String: [UInt8]?], from start: ObjectID<Commit>? = nil) throws -> ObjectID<
    Commit
  > {
    _ = try repository.switchTo(.newBranch(name, at: start ?? base))
    for (path, bytes) in files {
      if let bytes { try temporary.write(bytes, to: path) } else { try temporary.remove(path) }
    }
    return try temporary.commit(name).id
  }

  static func vector(_ name: String, _ values: [Float]) -> (name: String, dtype: DType, shape: [Int], bytes: [UInt8]) {
    (name, .f32, [values.count], littleEndian(values))
  }

  /// The tensors of a file of a commit: type, shape and bytes by name.
  func tensors(_ commit: ObjectID<Commit>, _ path: String = MergeProject.path) throws -> [String: [UInt8]] {
    let checkpoint = try repository.checkpoint(RelativePath(path), in: commit)
    var tensors: [String: [UInt8]] = [:]
    for (tensor, segment) in checkpoint.manifest.tensors { tensors[tensor.name] = try checkpoint.bytes(of: segment) }
    return tensors
  }

  func contents(_ path: String, _ commit: ObjectID<Commit>) throws -> String? {
    try repository.contents(of: RelativePath(path), in: commit).map { String(decoding: $0, as: UTF8.self) }
  }

  func made(_ result: Repository.MergeResult) throws -> ObjectID<Commit> {
    try #require(result.outcome, "\(result.conflicts ?? [])").id
  }
}
