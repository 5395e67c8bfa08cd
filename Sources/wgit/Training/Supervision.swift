import Glibc
import Synchronization

/// Whether the process that started this one to do its work is still there.
enum Supervision {
  private static let supervisor = Atomic<Int>(0)

  /// From now on the work is done for this process.
  static func begin(_ process: Int) { supervisor.store(process, ordering: .relaxed) }

  /// Whether the supervisor is gone, so that nobody waits for the result.
  static var isLost: Bool {
    let process = supervisor.load(ordering: .relaxed)
    return process != 0 && Int(getppid()) != process
  }
}
