import Glibc

/// Held by the one process that changes the repository. The kernel holds it (flock) and frees it when the process ends,
/// however it ends; the file itself means nothing and is never deleted.
package final class WriterLock {
  private let file: OpenFile

  /// Waits up to `timeoutSeconds`, then throws `StoreError.busy`. What an interrupted writer left behind is removed.
  package init(_ layout: RepositoryLayout, timeoutSeconds: Double) throws(StoreError) {
    file = try OpenFile.open(layout.lockFile, flags: O_RDWR | O_CREAT)
    var waitedMicroseconds = 0.0
    while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else { throw .system("lock", layout.lockFile, errno: errno) }
      guard waitedMicroseconds < timeoutSeconds * 1e6 else {
        throw StoreError(.busy, "another wgit process is changing this repository (waited \(timeoutSeconds) s)")
      }
      usleep(5_000)
      waitedMicroseconds += 5_000
    }
    // Every writer holds this lock while it has temporary files, so whatever lies here now belongs to a dead one.
    for name in try Folder.names(in: layout.temporaryFolder) where AtomicFile.isTemporaryName(name) {
      unlink("\(layout.temporaryFolder)/\(name)")
    }
  }
}
