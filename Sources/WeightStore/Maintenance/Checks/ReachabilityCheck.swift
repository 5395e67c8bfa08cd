/// Walks from every ref, and from the stage, to everything a checkout needs.
struct ReachabilityCheck: IntegrityCheck {
  static let summary = "everything that refs and the stage need is there"

  func run(on repository: Repository, report: (IntegrityFinding) -> Void) throws {
    var trees: Set<ObjectID<Tree>> = []
    var manifests: Set<ObjectID<Manifest>> = []
    let graph = repository.graph
    var commits: Set<ObjectID<Commit>> = []
    for (owner, start) in try starts(repository) {
      do {
        for id in try graph.ancestors(of: [start]) where commits.insert(id).inserted {
          let treeID = try graph.commit(id).tree
          guard trees.insert(treeID).inserted else { continue }
          for (path, entry) in try repository.store.load(treeID).entries {
            check(entry, "\(path) in \(id.short)", repository, &manifests, report)
          }
        }
      } catch {
        report(IntegrityFinding(.damage, owner, error.message))
      }
    }
    for (path, file) in try repository.stage() {
      check(file.entry, "\(path) in the stage", repository, &manifests, report)
    }
    for id in try repository.database.read({ try CertificateResultTable.all(in: $0) }) {
      do { _ = try repository.store.load(id) } catch {
        report(IntegrityFinding(.damage, "certificate result \(id.short)", error.message))
      }
    }
  }

  private func starts(_ repository: Repository) throws(StoreError) -> [(String, ObjectID<Commit>)] {
    var starts = try repository.refs().map { ($0.name.text, $0.target) }
    if case .detached(let id) = try repository.head() { starts.append(("HEAD", id)) }
    return starts
  }

  private func check(
    _ entry: Tree.Entry, _ owner: String, _ repository: Repository, _ seen: inout Set<ObjectID<Manifest>>,
    _ report: (IntegrityFinding) -> Void
  ) {
    guard seen.insert(entry.manifest).inserted else { return }
    do {
      let manifest = try repository.store.load(entry.manifest)
      if manifest.sha256 != entry.sha256 || manifest.byteCount != entry.byteCount {
        report(IntegrityFinding(.damage, owner, "its manifest describes another file"))
      }
      for segment in manifest.segments {
        for (index, entry) in try repository.store.entries(of: segment.chunks).enumerated() {
          let expected = ChunkGrid.chunkByteCount(index: index, of: segment.byteCount)
          guard entry.record.rawByteCount != expected else { continue }
          let name = segment.tensor.map { "tensor \($0.name)" } ?? "bytes"
          report(
            IntegrityFinding(
              .damage, owner, "\(name), chunk \(index): \(entry.record.rawByteCount) bytes where \(expected) are needed"
            ))
        }
      }
    } catch {
      report(IntegrityFinding(.damage, owner, error.message))
    }
  }
}
