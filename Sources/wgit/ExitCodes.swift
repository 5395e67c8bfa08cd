/// Exit codes, after sysexits.h where one fits.
package enum ExitStatus: Int32, CaseIterable {
  case success = 0
  /// A negative answer: differences, a failing certificate, a refused merge, damage found.
  case negative = 1
  case usage = 64
  case invalidData = 65
  case notFound = 66
  /// A remote, or a library of the system that is missing.
  case unavailable = 69
  case bug = 70
  case inputOutput = 74
  case busy = 75
  case permission = 77
  /// For `bisect run`: this revision cannot be tested.
  case cannotTest = 125
  /// Ended by Ctrl-C, as shells report it.
  case interrupted = 130
}
