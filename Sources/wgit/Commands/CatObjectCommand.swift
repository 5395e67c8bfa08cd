import ArgumentParser
import Documents
import Glibc
import WeightStore

struct CatObjectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cat-object",
    abstract: "Print a stored object.",
    discussion: """
      Objects are canonical JSON (docs/format.md); blobs are the raw bytes of a chunk. On a terminal JSON is indented; \
      otherwise the exact bytes are printed, whose SHA-256 is the id.

      Examples:
        wgit cat-object 3fa9c1d2
        wgit cat-object --kind 3fa9c1d2
        wgit cat-object 3fa9c1d2 | sha256sum
      """)

  @Flag(name: [.customShort("t"), .long], help: "Print only the kind of the object.")
  var kind = false

  @Argument(help: "An object id or its first digits; a revision stands for its commit.")
  var object: String

  func run() throws {
    let repository = try Environment.openRepository()
    let (id, found) = try find(repository)
    if kind {
      Terminal.print(found.name)
      return
    }
    let bytes = try repository.store.bytes(of: id, kind: found)
    if found != .blob, Terminal.isOutputTerminal {
      Terminal.print(Terminal.escapeLines(try JSONParser.parse(bytes).prettyString()))
    } else {
      Terminal.write(bytes, to: STDOUT_FILENO)
    }
  }

  private func find(_ repository: Repository) throws -> (Digest, ObjectKind) {
    if let commit = try? repository.resolve(object) { return (commit.digest, .commit) }
    do {
      return try repository.findObject(object)
    } catch {
      guard error.code == .missingObject else { throw error }
      throw CommandError(.notFound, error.message, hint: "wgit log --json names commits and their trees")
    }
  }
}
