import ArgumentParser
import Documents
import WeightStore

struct TagCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tag",
    abstract: "List, make or delete tags: names of commits that do not move.",
    usage: "wgit tag [<options>] [<name> [<revision>]]",
    discussion: """
      Examples:
        wgit tag
        wgit tag v1.0 main~2
        wgit tag -d v1.0
      """)

  @Flag(name: [.customShort("d"), .long], help: "Delete a tag.")
  var delete = false

  @Flag(name: [.short, .long], help: "Move a tag that exists already.")
  var force = false

  @OptionGroup var output: JSONOption
  @OptionGroup var silent: SilentOption

  @Argument(help: "The tag.", completion: Completion.tag)
  var name: String?

  @Argument(help: "The commit that it names; HEAD if not given.", completion: Completion.revision)
  var revision: String?

  func validate() throws {
    if delete, name == nil { throw ValidationError("Which tag is to be deleted?") }
    if delete, force || revision != nil { throw ValidationError("-d takes nothing but the name of a tag.") }
    if force, name == nil { throw ValidationError("Which tag is to be moved?") }
  }

  func run() throws {
    let repository = try Environment.openRepository()
    guard let name else { return try list(repository) }
    if delete {
      let target = try repository.deleteTag(name)
      silent.message("Deleted tag \(Terminal.escape(name)) (was \(target.short))")
    } else {
      try repository.createTag(name, at: repository.resolve(revision ?? "HEAD"), force: force)
    }
  }

  private func list(_ repository: Repository) throws {
    let tags = try repository.tags()
    guard output.json else { return tags.forEach { Terminal.print(Terminal.escape($0.name)) } }
    output.print(.array(tags.map { ["name": .string($0.name), "commit": .string($0.target.hex)] }))
  }
}
