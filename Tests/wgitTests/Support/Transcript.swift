import Foundation
import Testing

/// A transcript of commands with everything they print, kept in `Transcripts/<name>.transcript`.
///
/// Lines that start with `$ ` are commands. Standard output follows as it is, standard error with `! ` before each line,
/// then `[status]` unless it is 0. Lines that start with `# ` are comments; printed ones have a backslash before them.
///
/// Besides `wgit`, with environment variables before it if need be, there are a few built-in commands that prepare files:
/// `write PATH TEXT`, `tensors PATH NAME=v,v,…`, `remove PATH`, `link PATH TARGET`, `cd FOLDER`.
struct Transcript {
  let name: String
  private let file: URL

  init(_ name: String) {
    self.name = name
    file = Transcript.folder.appendingPathComponent("\(name).transcript")
  }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Transcripts")

  static var names: [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".transcript") }.map { String($0.dropLast(".transcript".count)) }.sorted()
  }

  /// Runs the commands; the transcript must be what the file says.
  func check() throws {
    let runner = try CommandRunner()
    let expected = try String(contentsOf: file, encoding: .utf8)
    var actual = ""
    for line in expected.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("# ") { actual += line + "\n" }
      if line.hasPrefix("$ ") { actual += "\(line)\n" + (try Transcript.output(of: String(line.dropFirst(2)), runner)) }
    }
    try Snapshot.check(actual, file)
  }

  private static func output(of line: String, _ runner: CommandRunner) throws -> String {
    var words = try ShellWords.split(line).map(runner.unmasked)
    var environment: [String: String] = [:]
    while let word = words.first, let equals = word.firstIndex(of: "="), word.first?.isUppercase == true {
      environment[String(word[..<equals])] = String(word[word.index(after: equals)...])
      words.removeFirst()
    }
    guard words.first == "wgit" else {
      try prepare(words, runner)
      return ""
    }
    let output = try runner.run(CommandRunner.program, Array(words.dropFirst()), environment: environment)
    var text = output.standardOutput.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix("# ") ? "\\\($0)" : String($0) }.joined(separator: "\n")
    if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
    let errors = output.standardError.split(separator: "\n", omittingEmptySubsequences: false)
    for line in errors.last == "" ? errors.dropLast() : errors { text += line.isEmpty ? "!\n" : "! \(line)\n" }
    if output.status != 0 { text += "[\(output.status)]\n" }
    return runner.masked(text)
  }

  private static func prepare(_ words: [String], _ runner: CommandRunner) throws {
    let path = words.count > 1 ? words[1] : ""
    let url = runner.current.appendingPathComponent(path)
    switch words.first {
    case "write": try runner.write(words.count > 2 ? words[2] : "", to: path)
    case "tensors":
      let tensors = words.dropFirst(2).compactMap { word -> (name: String, shape: [Int], values: [Float])? in
        guard let equals = word.lastIndex(of: "=") else { return nil }
        let values = word[word.index(after: equals)...].split(separator: ",").compactMap { Float($0) }
        return (String(word[..<equals]), [values.count], values)
      }
      try runner.write(Safetensors.file(tensors), to: path)
    case "remove": try FileManager.default.removeItem(at: url)
    case "link":
      try FileManager.default.createSymbolicLink(atPath: url.path, withDestinationPath: words.last ?? "")
    case "cd": runner.current = path.hasPrefix("/") ? URL(fileURLWithPath: path) : url.standardizedFileURL
    default: Issue.record("a transcript cannot run '\(words.first ?? "")'")
    }
  }
}

/// Words of a command line as a shell splits them: blanks, '…' and "…" with \n, \e and \".
enum ShellWords {
  static func split(_ line: String) throws -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var rest = line[...]
    while let character = rest.popFirst() {
      switch (character, quote) {
      case ("\\", "\"") where !rest.isEmpty:
        let escaped = rest.removeFirst()
        word?.append(escaped == "n" ? "\n" : escaped == "e" ? "\u{1b}" : escaped)
      case (_, .some(let open)) where character == open: quote = nil
      case (_, .some): word?.append(character)
      case ("'", nil), ("\"", nil):
        quote = character
        word = word ?? ""
      case (" ", nil):
        if let complete = word { words.append(complete) }
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    if let complete = word { words.append(complete) }
    return words
  }
}
