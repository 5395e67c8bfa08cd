import ArgumentParser
import Trainer
import WeightStore

struct TrustCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trust",
    abstract: "Allow the commands of certificates to run on this machine.",
    usage: """
      wgit trust <files> ...
      wgit trust --revoke <files> ...
      wgit trust --list
      """,
    discussion: """
      A certificate may name a command that evaluates the model (docs/certificates.md). Nothing that comes with a repository \
      runs by itself: you allow the certificate with the files its command is given, as they are now. If one of them \
      changes, you are asked again. What is allowed is kept in ~/.config/wgit/trusted, never in a repository.

      Examples:
        wgit trust certificates/held-out.yaml
        wgit trust --list
        wgit trust --revoke certificates/held-out.yaml
      """)

  @Flag(help: "Show what is allowed.")
  var list = false

  @Flag(help: "Take it back.")
  var revoke = false

  @OptionGroup var dataFolder: DataFolderOption

  @Argument(help: "Certificate files of the working folder.", completion: .file())
  var files: [String] = []

  func validate() throws {
    if list && (revoke || !files.isEmpty) { throw ValidationError("--list shows all that is allowed.") }
    if !list && files.isEmpty { throw ValidationError("Which certificate is to be allowed?") }
  }

  func run() throws {
    let store = try TrustStore.user()
    if list {
      for entry in try store.entries() {
        Terminal.print("\(entry.digest.hex.prefix(16))  \(Terminal.escape(entry.description))")
      }
      return
    }
    let repository = try Environment.openRepository()
    let folder = try dataFolder.resolve(repository)
    for typed in files {
      let path = try UserPath(repository).relative(typed)?.text ?? typed
      let file = try CertificateFile(path, in: .workingFolder(repository), folder: folder)
      guard case .command(let command, let scripts, _) = file.certificate.evaluator else {
        throw CommandError(.usage, "'\(path)' names no command: there is nothing to allow")
      }
      if revoke {
        guard store.revoke(file.digest) else {
          throw CommandError(
            .negative, "'\(path)' as it is now was not allowed", hint: "see what is: wgit trust --list")
        }
        Terminal.message("No longer allowed: \(Terminal.escape(path))")
      } else {
        let place = "\(repository.working.path)/\(path): \(command)"
        try store.trust(file.digest, description: place.replacing("\n", with: " "))
        Terminal.message("Allowed: \(Terminal.escape(command))")
        let given = scripts.isEmpty ? "no files of the repository" : scripts.joined(separator: ", ")
        Terminal.message("It is given: \(Terminal.escape(given))")
      }
    }
  }
}
