import ArgumentParser
import Documents
import Glibc
import Tensors
import WeightStore

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compare two versions, tensor by tensor.",
    usage: "wgit diff [<options>] [<revisions> ...] [-- <paths> ...]",
    discussion: """
      Without revisions the working folder is compared with the stage, with one revision the working folder with it, \
      with two the second with the first.

      For each changed tensor, with a before and b after:
        relative change    ‖b-a‖ / ‖a‖
        cosine             of a and b
        rank               of b-a as a matrix, above what rounding makes; up to 64
        largest            the largest change of one element
        changed            how many of the elements changed

      --stat sums them up by layer. --tensor NAME shows only tensors that fit a pattern with * and ?, each with how \
      many of its elements moved how far, from the smallest power of two on.

      Examples:
        wgit diff
        wgit diff --staged
        wgit diff main~1 main -- model.safetensors
        wgit diff --stat main target/a
        wgit diff main target/a --tensor 'encoder.layer.3.*'
        wgit diff main target/a --json
      """)

  @Flag(help: "Compare the stage with HEAD.")
  var staged = false

  @Flag(help: "Only say which tensors changed; no weight is read.")
  var names = false

  @Flag(help: "Sum up the changes by layer.")
  var stat = false

  @Option(help: ArgumentHelp("Only this tensor, or those that fit a pattern; may be repeated.", valueName: "pattern"))
  var tensor: [String] = []

  @Flag(help: "Exit with 1 if there are differences.")
  var exitCode = false

  @OptionGroup var output: JSONOption

  @Argument(help: "At most two revisions.", completion: Completion.revision)
  var revisions: [String] = []

  @Argument(
    parsing: .postTerminator, help: "After '--': only these files and folders.", completion: Completion.trackedFile)
  var paths: [String] = []

  func validate() throws {
    guard revisions.count <= 2 else {
      throw ValidationError("At most two revisions can be compared; paths come after '--'.")
    }
    if stat && names { throw ValidationError("--stat sums up what --names does not measure.") }
    if staged && revisions.count == 2 { throw ValidationError("--staged compares the stage with one revision.") }
  }

  func run() throws {
    let repository = try Environment.openRepository()
    let (before, after) = try sides(repository)
    let user = try UserPath(repository)
    var files = try repository.diff(
      from: before, to: after, paths: paths.compactMap(user.relative),
      scope: .init(measures: !names, countsMagnitudes: !tensor.isEmpty, tensors: tensor.map { NamePattern($0) }))
    // Who asks for tensors is not told of other files.
    if !tensor.isEmpty { files.removeAll { $0.tensors?.changes.isEmpty ?? true } }
    if output.json {
      output.print(.array(files.map { DiffView.json($0, byLayer: stat) }))
    } else if stat {
      files.forEach(DiffView.printLayers)
    } else {
      files.forEach { DiffView.print($0) }
    }
    if exitCode && !files.isEmpty { throw ExitCode(ExitStatus.negative.rawValue) }
  }

  private func sides(_ repository: Repository) throws -> (Repository.Snapshot, Repository.Snapshot) {
    let commits = try revisions.map { try resolve($0, repository) }
    if staged {
      return (.commit(try commits.first ?? repository.resolve("HEAD")), .stage)
    }
    switch commits.count {
    case 0: return (.stage, .workingFolder)
    case 1: return (.commit(commits[0]), .workingFolder)
    default: return (.commit(commits[0]), .commit(commits[1]))
    }
  }

  /// A word that is no revision may be a file, or git's way to write two revisions.
  private func resolve(_ word: String, _ repository: Repository) throws -> ObjectID<Commit> {
    do {
      return try repository.resolve(word)
    } catch {
      throw error.code == .unknownRevision ? explained(error, word) : error
    }
  }

  private func explained(_ error: StoreError, _ word: String) -> any Error {
    let safe = Terminal.escape(word)
    if access(word, F_OK) == 0 {
      return CommandError(.notFound, error.message, hint: "for a file put '--' before it: wgit diff -- \(safe)")
    }
    guard let dots = safe.firstRange(of: "..") else { return error }
    let left = safe[..<dots.lowerBound]
    let right = safe[dots.upperBound...].drop { $0 == "." }
    return CommandError(
      .notFound, error.message,
      hint: "two revisions stand apart: wgit diff \(left.isEmpty ? "HEAD" : left) \(right.isEmpty ? "HEAD" : right)")
  }
}
