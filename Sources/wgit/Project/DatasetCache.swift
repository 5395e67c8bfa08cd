import Trainer
import WeightStore

/// Data sets that were read before, so that many runs over the same data read them once.
final class DatasetCache {
  private var known: [String: LoadedData] = [:]

  /// - Precondition: one cache is asked with one project and one folder.
  func data(_ path: String, from project: ProjectFiles, folder: DataFolder) throws -> LoadedData {
    if let data = known[path] { return data }
    let data = try LoadedData(path, from: project, folder: folder)
    known[path] = data
    return data
  }
}
