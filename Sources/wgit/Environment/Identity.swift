import Glibc
import WeightStore

/// Who commits: `WGIT_AUTHOR_NAME` and `WGIT_AUTHOR_EMAIL`, else `wgit config`, else git's configuration.
enum Identity {
  static func signature(_ configuration: Configuration) throws -> Commit.Signature {
    guard let name = find("WGIT_AUTHOR_NAME", "author.name", "user.name", configuration),
      let email = find("WGIT_AUTHOR_EMAIL", "author.email", "user.email", configuration)
    else {
      throw CommandError(
        .identityUnknown, "wgit does not know who you are",
        hint: "wgit config --global author.name \"Your Name\" && wgit config --global author.email you@example.org")
    }
    let now = Environment.now
    return Commit.Signature(name: name, email: email, unixSeconds: now.unixSeconds, zoneMinutes: now.zoneMinutes)
  }

  private static func find(
    _ variable: String, _ key: String, _ gitKey: String, _ configuration: Configuration
  ) -> String? {
    Environment.variable(variable) ?? configuration[key] ?? gitValue(gitKey)
  }

  /// Asks git, if it is installed. Only absolute folders of PATH are searched: a program named `git` in the working
  /// folder must not run.
  private static func gitValue(_ key: String) -> String? {
    let folders = (Environment.variable("PATH") ?? "").split(separator: ":").filter { $0.hasPrefix("/") }
    guard let program = folders.map({ String($0) + "/git" }).first(where: { access($0, X_OK) == 0 }) else { return nil }
    return Subprogram.firstLine(of: program, ["config", "--get", key])
  }
}
