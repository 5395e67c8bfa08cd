import Foundation

/// Numbers for docs/reliability.md: the file that WGIT_FAULT_FIGURES names gets a line for each.
enum Figures {
  static func note(_ line: String) {
    guard let path = ProcessInfo.processInfo.environment["WGIT_FAULT_FIGURES"],
      let file = fopen(path, "a")
    else { return }
    fputs(line + "\n", file)
    fclose(file)
  }
}
