import Glibc
import Synchronization

/// Ctrl-C during long work: the first asks the work to stop, the second ends the process.
enum Interruption {
  private static let requests = Atomic<Int>(0)

  static var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }

  static func watch() {
    signal(SIGINT) { _ in
      if Interruption.requests.wrappingAdd(1, ordering: .relaxed).oldValue > 0 {
        _exit(ExitStatus.interrupted.rawValue)
      }
    }
  }
}
