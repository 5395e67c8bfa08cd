import Documents
import Glibc
import WeightStore

/// Several runs that are written down, some at a time, each in a process of its own with its share of the threads.
///
/// What a run computes depends on neither: branches and bytes are the same for any number of jobs.
/// Source: embarrassingly parallel training, M. Li et al., "Branch-train-merge", 2022, arXiv:2208.03306.
struct RunSweep {
  let branches: [String]
  let jobCount: Int
  /// The command that the user typed, if another program trains.
  let command: String?
  let saveInterval: Int?

  /// A run that is under way.
  private struct Job {
    let number: Int
    let process: ChildProcess
  }

  /// - Throws: `CommandError` if runs failed or were interrupted; those that came to their end are committed.
  func run(_ view: SweepView) throws {
    Interruption.watch()
    var waiting = Array(branches.indices)
    var jobs: [Job] = []
    var isStopping = false
    defer { view.end() }
    while !jobs.isEmpty || !(waiting.isEmpty || isStopping) {
      while !isStopping, jobs.count < jobCount, !waiting.isEmpty {
        let number = waiting.removeFirst()
        jobs.append(Job(number: number, process: try start(branches[number])))
      }
      ChildProcess.attend(jobs.map(\.process)) { process, descriptor, line in
        guard let job = jobs.first(where: { $0.process === process }) else { return }
        if descriptor == STDOUT_FILENO { view.take(line, of: job.number) } else { view.note(line, of: job.number) }
      }
      for job in jobs where job.process.hasEnded { view.finish(job.number, job.process.ending) }
      jobs.removeAll { $0.process.hasEnded }
      if !isStopping, Interruption.isRequested || Supervision.isLost {
        isStopping = true
        for job in jobs { job.process.send(SIGINT) }
      }
    }
    view.end()
    try view.conclude(isInterrupted: isStopping)
  }

  private func start(_ branch: String) throws -> ChildProcess {
    var environment = ChildProcess.inheritedEnvironment()
    environment["WGIT_THREADS"] = "\(max(1, Environment.threadCount / jobCount))"
    var arguments = ["finetune", "--resume", "--branch=\(branch)", "--json", "--supervised-by=\(getpid())"]
    if let command { arguments.append("--exec=\(command)") }
    if let saveInterval { arguments.append("--save-every=\(saveInterval)") }
    return try ChildProcess(
      "/proc/self/exe", arguments, environment: environment, piped: [STDOUT_FILENO, STDERR_FILENO])
  }
}
