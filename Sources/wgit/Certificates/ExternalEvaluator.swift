import Glibc
import Trainer
import WeightStore

/// Runs a command of a certificate that the user has allowed, in a folder that holds nothing but the files it was allowed with.
struct ExternalEvaluator {
  let file: CertificateFile
  let repository: Repository
  let project: ProjectFiles
  let folder: DataFolder
  let progress: (String) -> Void

  /// - Throws: `CommandError.permission` unless the user has allowed these very files; `.cannotTest` if the command fails.
  func evaluate(_ commit: ObjectID<Commit>) throws -> EvaluatedCertificate.Finding {
    guard case .command(let command, let files, let timeoutSeconds) = file.certificate.evaluator else {
      throw CommandError(.cannotTest, "certificate '\(file.certificate.name)' names no command")
    }
    guard try TrustStore.user().isTrusted(file.digest) else {
      throw CommandError(
        .permission, "certificate '\(file.certificate.name)' wants to run a command: \(command)",
        hint: "look at it, and allow it if you want it: wgit trust \(Terminal.escape(file.path))")
    }
    let place = try TemporaryFolder()
    let work = try place.folder("work")
    for name in files { try write(project.bytes(name), to: RelativePath(name), below: work) }
    let weights = try writeModel(of: commit, to: place.folder("model"))
    let data = try CertificateData(file.certificate.data, project: project, folder: folder)
      .file(temporaryFolder: place.folder("data")).path
    let values = ["weights": weights, "model": Folder.parent(of: weights), "data": Self.absolute(data)]
    return try run(Self.filled(command, values), work, values, commit: commit, timeoutSeconds: timeoutSeconds)
  }

  private func run(
    _ command: String, _ work: String, _ values: [String: String], commit: ObjectID<Commit>, timeoutSeconds: Int
  ) throws -> EvaluatedCertificate.Finding {
    var environment = ChildProcess.inheritedEnvironment()
    for (name, value) in values { environment["WGIT_\(name.uppercased())"] = value }
    environment["WGIT_SEED"] = "\(file.certificate.seed)"
    environment["WGIT_THREADS"] = "\(Environment.threadCount)"
    environment["WGIT_COMMIT"] = commit.hex
    environment["WGIT_METRIC"] = file.certificate.metric.name
    Interruption.watch()
    let process = try ChildProcess(
      "/bin/sh", ["-c", "cd \(Self.quoted(work)) && \(command)"], environment: environment, piped: [STDOUT_FILENO])
    var output = EvaluatorOutput(file.certificate.metric)
    var failure: (any Error)?
    let deadline = ContinuousClock.now + .seconds(timeoutSeconds)
    let wasStopped = process.wait(
      stoppingWhen: { Interruption.isRequested || failure != nil || ContinuousClock.now > deadline }
    ) { _, line in
      guard failure == nil else { return }
      do { try output.take(line) } catch { failure = error }
      progress("testing \(file.certificate.name) on \(commit.short): \(output.exampleCount) examples")
    }
    if let failure { throw failure }
    if Interruption.isRequested { throw CommandError(.interrupted, "the evaluator was stopped; nothing was recorded") }
    if wasStopped { throw cannotTest("took longer than \(Format.count(timeoutSeconds, "second"))") }
    switch process.ending {
    case .exited(0)?: return try output.finding(file.certificate.metric)
    case .exited(let code)?: throw cannotTest("ended with exit code \(code)")
    case .signalled(let number)?: throw cannotTest("was ended by signal \(number)")
    case nil: throw cannotTest("is gone")
    }
  }

  private func cannotTest(_ what: String) -> CommandError {
    CommandError(.cannotTest, "the evaluator of certificate '\(file.certificate.name)' \(what)")
  }

  /// The weights with the files that stand beside them in the revision; gives the weights' path.
  private func writeModel(of commit: ObjectID<Commit>, to folder: String) throws -> String {
    let weights = try RelativePath(file.certificate.weightsPath)
    let paths = try repository.tree(of: commit).paths
    guard paths.contains(weights) else {
      throw StoreError(.unknownPath, "\(commit.short) has no file '\(weights)'", subjects: [weights.text])
    }
    for path in paths where path.ancestors.last == weights.ancestors.last {
      let target = try OpenFile.open("\(folder)/\(path.name)", flags: O_WRONLY | O_CREAT | O_EXCL)
      try repository.stream(path, in: commit) { try target.write($0) }
    }
    return "\(folder)/\(weights.name)"
  }

  private func write(_ bytes: [UInt8], to path: RelativePath, below folder: String) throws {
    var parent = folder
    for component in path.text.split(separator: "/").dropLast() {
      parent += "/\(component)"
      if !Folder.isFolder(parent) { try Folder.create(parent) }
    }
    let target = try OpenFile.open("\(parent)/\(path.name)", flags: O_WRONLY | O_CREAT | O_EXCL)
    try bytes.withUnsafeBytes { try target.write($0) }
  }

  /// `{weights}`, `{model}` and `{data}` are replaced by paths, quoted for the shell.
  private static func filled(_ command: String, _ values: [String: String]) -> String {
    values.reduce(command) { $0.replacing("{\($1.key)}", with: quoted($1.value)) }
  }

  private static func quoted(_ path: String) -> String { "'\(path.replacing("'", with: "'\\''"))'" }

  private static func absolute(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
