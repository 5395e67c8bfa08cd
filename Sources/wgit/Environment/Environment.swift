import Glibc
import WeightStore

/// What the surroundings say: environment variables, processors, the clock. Only this target reads them.
enum Environment {
  static func variable(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// Variables that are set but make no sense are refused: a run with another clock or other threads than was meant
  /// would not be noticed.
  static func check() throws {
    if let date = variable("WGIT_DATE"), parseDate(date) == nil {
      throw CommandError(
        .usage, "WGIT_DATE is '\(date)', which is no time", hint: "seconds since 1970 and a zone: \"1700000000 +0100\"")
    }
    if let threads = variable("WGIT_THREADS"), (Int(threads) ?? 0) < 1 {
      throw CommandError(.usage, "WGIT_THREADS is '\(threads)', which is no number from 1 on")
    }
  }

  /// Threads for storing and training: `WGIT_THREADS`, else the processors.
  static var threadCount: Int {
    if let text = variable("WGIT_THREADS"), let count = Int(text), count > 0 { return min(count, 256) }
    return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  /// Seconds since 1970 and minutes east of UTC: `WGIT_DATE` ("1700000000 +0100"), else the clock.
  static var now: (unixSeconds: Int64, zoneMinutes: Int64) {
    if let fixed = variable("WGIT_DATE").flatMap(parseDate) { return fixed }
    var seconds = time(nil)
    var fields = tm()
    localtime_r(&seconds, &fields)
    return (Int64(seconds), Int64(fields.tm_gmtoff / 60))
  }

  private static func parseDate(_ text: String) -> (Int64, Int64)? {
    let parts = text.split(separator: " ")
    guard let first = parts.first, let seconds = Int64(first), Commit.Signature.knownSeconds.contains(seconds) else {
      return nil
    }
    guard parts.count == 2, let zone = Int64(parts[1]), (-2400...2400).contains(zone) else {
      return parts.count == 1 ? (seconds, 0) : nil
    }
    return (seconds, zone / 100 * 60 + zone % 100)
  }

  static func settings(_ configuration: Configuration) -> Repository.Settings {
    Repository.Settings(
      workerCount: threadCount, now: { Environment.now.unixSeconds },
      trustsForeignOwner: configuration.user[Configuration.ownerSetting] == "true")
  }

  static func openRepository() throws -> Repository {
    try Repository.open(containing: ".", settings: settings(Configuration.userOnly()))
  }

  /// The folder with the user's own configuration.
  static var userConfigurationFile: String? {
    if let base = variable("XDG_CONFIG_HOME") { return "\(base)/wgit/config.yaml" }
    return variable("HOME").map { "\($0)/.config/wgit/config.yaml" }
  }
}
