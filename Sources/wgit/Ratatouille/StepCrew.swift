import Documents
import Glibc
import WeightStore

/// Processes that share a recipe's steps, each with its share of the threads.
struct StepCrew {
  let recipePath: String
  let dataFolder: String
  let jobCount: Int

  /// - Throws: `CommandError` if a step failed or the work was interrupted; what is done stays done.
  func run(_ view: StepProgress) throws {
    Interruption.watch()
    let workers = try (0..<jobCount).map { _ in try start() }
    var (isInterrupted, isStopping) = (false, false)
    defer { view.end() }
    while !workers.allSatisfy(\.hasEnded) {
      ChildProcess.attend(workers) { process, descriptor, line in
        let worker = workers.firstIndex { $0 === process } ?? 0
        if descriptor == STDOUT_FILENO { view.take(line, of: worker) } else { view.note(line, of: worker) }
      }
      isInterrupted = isInterrupted || Interruption.isRequested
      if !isStopping, isInterrupted || workers.contains(where: StepCrew.hasFailed) {
        isStopping = true
        for worker in workers { worker.send(SIGINT) }
      }
    }
    view.end()
    if isInterrupted {
      throw CommandError(
        .interrupted, "stopped; \(view.summary)", hint: "what is done stays done; go on: run the same command again")
    }
    guard let failed = workers.firstIndex(where: StepCrew.hasFailed) else { return }
    var status = ExitStatus.bug
    if case .exited(let code) = workers[failed].ending { status = ExitStatus(rawValue: code) ?? .bug }
    throw CommandError(
      CommandError.Code(status), "a step failed; \(view.summary)", details: view.notes(of: failed),
      hint: "what is done stays done; mend it and run the same command again")
  }

  private static func hasFailed(_ worker: ChildProcess) -> Bool {
    switch worker.ending {
    case nil, .exited(0)?: false
    case .exited(ExitStatus.interrupted.rawValue)?: false
    default: true
    }
  }

  private func start() throws -> ChildProcess {
    var environment = ChildProcess.inheritedEnvironment()
    environment["WGIT_THREADS"] = "\(max(1, Environment.threadCount / jobCount))"
    return try ChildProcess(
      "/proc/self/exe", ["ratatouille", "--supervised-by=\(getpid())", "--data=\(dataFolder)", "--", recipePath],
      environment: environment, piped: [STDOUT_FILENO, STDERR_FILENO])
  }
}
