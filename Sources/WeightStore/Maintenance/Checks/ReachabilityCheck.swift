/// Walks from every ref, and from the stage, to everything a checkout needs.
struct ReachabilityCheck: IntegrityCheck {
  static let summary = "everything that refs and the stage need is there"

  func run(on repository: Repository, report: (IntegrityFinding) -> Void) throws {
    var trees: Set<ObjectID<Tree>> = []
    var manifests: [ObjectID<Manifest>: Summary] = [:]
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

  /// What a manifest says of the whole file, kept to compare with every entry that names it.
  private struct Summary {
    let byteCount: Int
    let sha256: Digest

    func check(_ entry: Tree.Entry, _ owner: String, _ report: (IntegrityFinding) -> Void) {
      guard byteCount != entry.byteCount || sha256 != entry.sha256 else { return }
      report(IntegrityFinding(.damage, owner, "its manifest describes another file"))
    }
  }

  private func starts(_ repository: Repository) throws(StoreError) -> [(String, ObjectID<Commit>)] {
    var starts = try repository.refs().map { ($0.name.text, $0.target) }
    if case .detached(let id) = try repository.head() { starts.append(("HEAD", id)) }
    return starts
  }

  private func check(
    _ entry: Tree.Entry, _ owner: String, _ repository: Repository, _ seen: inout [ObjectID<Manifest>: Summary],
    _ report: (IntegrityFinding) -> Void
  ) {
    if let known = seen[entry.manifest] { return known.check(entry, owner, report) }
    do {
      let manifest = try repository.store.load(entry.manifest)
      let summary = Summary(byteCount: manifest.byteCount, sha256: manifest.sha256)
      seen[entry.manifest] = summary
      summary.check(entry, owner, report)
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
