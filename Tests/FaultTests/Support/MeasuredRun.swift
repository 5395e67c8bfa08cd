import Foundation

/// One run of wgit with the memory it took.
struct MeasuredRun {
  let status: Int32
  let signal: Int32
  let peakMebibytes: Int
  let text: String

  struct NotStarted: Error {}

  init(_ arguments: [String], in project: Project) throws {
    let log = project.folder.appending(path: "measured")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log.path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    let command: [String] = [Project.program.path, "-C", project.root.path] + arguments
    var words = command.map { strdup($0) } + [nil]
    let environment: [String] = [
      "HOME=\(project.folder.path)", "PATH=/usr/bin:/bin", "WGIT_AUTHOR_NAME=Ada", "WGIT_AUTHOR_EMAIL=a@example.org",
    ]
    var settings = environment.map { strdup($0) } + [nil]
    defer { for pointer in words + settings { free(pointer) } }
    var child: pid_t = 0
    guard posix_spawn(&child, Project.program.path, &actions, nil, &words, &settings) == 0 else { throw NotStarted() }
    var result: Int32 = 0
    var usage = rusage()
    while wait4(child, &result, 0, &usage) < 0 && errno == EINTR {}
    signal = result & 0x7f
    status = signal == 0 ? result >> 8 & 0xff : -1
    peakMebibytes = usage.ru_maxrss / 1024
    text = String(decoding: FileManager.default.contents(atPath: log.path) ?? Data(), as: UTF8.self)
  }
}
