/// Puts every file together as a checkout would. Reads each version whole, so it is only done when asked for.
struct FileCheck: IntegrityCheck {
  static let summary = "every file of every commit has the SHA-256 it was stored with"

  func run(on repository: Repository, report: (IntegrityFinding) -> Void) throws {
    var seen: Set<ObjectID<Manifest>> = []
    for (owner, entry) in try entries(repository) where seen.insert(entry.manifest).inserted {
      do {
        try FileRebuild(store: repository.store, loop: repository.loop, verifiesChunks: false)
          .run(repository.store.load(entry.manifest)) { _ in }
      } catch let error as StoreError {
        report(IntegrityFinding(.damage, owner, error.message))
      }
    }
  }

  private func entries(_ repository: Repository) throws -> [(owner: String, entry: Tree.Entry)] {
    var entries = try repository.stage().map { ("\($0.key) in the stage", $0.value.entry) }
    for (id, commit) in try repository.graph.log(from: repository.tips()) {
      // Trees that cannot be read are for another check to report.
      guard let tree = try? repository.store.load(commit.tree) else { continue }
      entries += tree.entries.map { ("\($0.key) in \(id.short)", $0.value) }
    }
    return entries
  }
}
