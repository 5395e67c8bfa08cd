import Documents
import Trainer
import WeightStore

/// `wgit merge --preview`: how a network does on the line from what is checked out to each model that would be merged, on the
/// data of the branch's certificates.
struct MergePreview {
  /// λ from 0 to 1.
  static let pointCount = 11

  let repository: Repository
  let head: ObjectID<Commit>
  let folder: DataFolder
  let isQuiet: Bool

  /// For each of the data sets and each revision.
  func lines(to others: [(name: String, commit: ObjectID<Commit>)]) throws -> [PathView] {
    let progress = ProgressLine(isQuiet: isQuiet)
    defer { progress.clear() }
    let all = try MeasurementData.certificates(
      in: .commit(repository, head), folder: folder, hint: "wgit lmc HEAD REV --data FILE takes any data")
    return try all.flatMap { data in
      let ours = try MeasuredModel("HEAD", head, for: data, in: repository)
      return try others.map { other in
        let theirs = try MeasuredModel(other.name, other.commit, for: data, in: repository)
        let measurement = try ours.path(to: theirs, on: data.examples, pointCount: MergePreview.pointCount) { done in
          progress.update(
            "previewing \(data.name) on the way to \(other.name) "
              + TrainingView.bar(done, of: MergePreview.pointCount))
        }
        return PathView(first: "HEAD", second: other.name, data: data.name, measurement: measurement)
      }
    }
  }

  static func json(_ lines: [PathView]) -> JSONValue {
    .array(
      lines.map { line in
        let members: [(key: String, value: JSONValue)] = [
          ("certificate", .string(line.data)), ("revision", .string(line.second)),
        ]
        return .object(JSONObject(members + (line.json.objectValue?.members ?? []).map { ($0.key, $0.value) }))
      })
  }
}
