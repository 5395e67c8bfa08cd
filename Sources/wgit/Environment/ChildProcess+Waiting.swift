import Glibc

extension ChildProcess {
  /// Hands the program's lines on until it has ended. Once it is to stop, it is asked more and more firmly.
  ///
  /// - Returns: whether it was asked to stop.
  func wait(stoppingWhen isUnwanted: () -> Bool, _ take: (_ descriptor: Int32, _ line: String) -> Void) -> Bool {
    var stop: ContinuousClock.Instant?
    var signals = [(Duration.zero, SIGINT), (.seconds(10), SIGTERM), (.seconds(20), SIGKILL)][...]
    while !hasEnded {
      ChildProcess.attend([self]) { _, descriptor, line in take(descriptor, line) }
      guard stop != nil || isUnwanted() else { continue }
      let begun = stop ?? .now
      stop = begun
      while let next = signals.first, ContinuousClock.now - begun >= next.0 {
        send(next.1)
        signals = signals.dropFirst()
      }
    }
    return stop != nil
  }
}
