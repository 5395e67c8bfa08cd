import Glibc

/// One line on standard error that is written over as work goes on. Silent when standard error is no terminal.
final class ProgressLine {
  private var lastNanoseconds: UInt64 = 0
  private var isShown = false
  private let isEnabled: Bool

  init(isQuiet: Bool) {
    isEnabled = Terminal.isErrorTerminal && !isQuiet
  }

  /// At most ten times a second.
  func update(_ text: @autoclosure () -> String) {
    guard isEnabled else { return }
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let now = UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    guard now - lastNanoseconds > 100_000_000 else { return }
    lastNanoseconds = now
    isShown = true
    Terminal.write("\r\u{1b}[K" + text(), to: STDERR_FILENO)
  }

  func clear() {
    if isShown { Terminal.write("\r\u{1b}[K", to: STDERR_FILENO) }
    isShown = false
  }

  deinit { clear() }
}
