import Glibc
import Synchronization

/// Ctrl-C, or a polite request to end, during long work: the first asks the work to stop, the second ends the process.
enum Interruption {
  private static let requests = Atomic<Int>(0)

  static var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }

  static func watch() {
    // A program that starts wgit from a worker thread may hand down a mask that blocks every signal.
    var interrupt = sigset_t()
    sigemptyset(&interrupt)
    sigaddset(&interrupt, SIGINT)
    sigaddset(&interrupt, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &interrupt, nil)
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in
        if Interruption.requests.wrappingAdd(1, ordering: .relaxed).oldValue > 0 {
          _exit(ExitStatus.interrupted.rawValue)
        }
      }
    }
  }
}
