import Documents
import WeightStore

/// A commit as text and as JSON.
enum CommitView {
  /// `3fa9c1d2e4 (main) Tune head`.
  static func line(_ id: ObjectID<Commit>, _ commit: Commit, names: CommitNames) -> String {
    "\(Style.yellow(id.short))\(label(names[id])) \(Terminal.escape(commit.subject))"
  }

  static func lines(_ id: ObjectID<Commit>, _ commit: Commit, names: CommitNames) -> [String] {
    var lines = [Style.yellow("commit \(id.hex)") + label(names[id])]
    if commit.parents.count > 1 { lines.append("Merge:  \(commit.parents.map(\.short).joined(separator: " "))") }
    lines.append("Author: \(Terminal.escape(commit.author.name)) <\(Terminal.escape(commit.author.email))>")
    lines.append("Date:   \(Format.date(commit.author))")
    if let made = summary(commit.recipe) { lines.append("Made:   \(made)") }
    lines.append("")
    lines += commit.message.split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.isEmpty ? "" : "    \(Terminal.escape(String($0)))"
    }
    return lines
  }

  /// How the weights came to be, in one line; nothing to say for files that were added by hand.
  static func summary(_ recipe: Recipe) -> String? { facts(recipe).map(Terminal.escape) }

  /// The same, not yet made harmless for a terminal.
  static func facts(_ recipe: Recipe) -> String? {
    let details = recipe.details
    switch recipe.kind {
    case .import: return nil
    case .finetune:
      return "finetune\(details["task"]?["task"]?.stringValue.map { " on \($0)" } ?? "")"
        + "\(details["exec"]?.stringValue.map { " by \($0)" } ?? "")"
        + "\(details["stepCount"]?.integerValue.map { ", \($0) steps" } ?? "")"
        + "\(details["seed"]?.stringValue.map { ", seed \($0)" } ?? "")"
    case .merge where details["kind"]?.stringValue == "cherry-pick" && recipe.ingredients.count == 2:
      return "the change of \(recipe.ingredients[1].commit.short), added"
    case .merge where details["kind"]?.stringValue == "revert":
      return recipe.base.map { "the change of \($0.short), taken back" }
    case .merge:
      return "\(recipe.method ?? "merge") of \(Format.count(recipe.ingredients.count, "ingredient"))"
    }
  }

  static func json(_ id: ObjectID<Commit>, _ commit: Commit, names: CommitNames) -> JSONValue {
    [
      "id": .string(id.hex),
      "names": .array((names.refs[id] ?? []).map { .string($0) }),
      "isHead": .bool(names.headCommit == id),
      "parents": .array(commit.parents.map { .string($0.hex) }),
      "tree": .string(commit.tree.hex),
      "author": json(commit.author),
      "committer": json(commit.committer),
      "message": .string(commit.message),
      "recipe": recipe(commit.recipe),
    ]
  }

  static func json(_ signature: Commit.Signature) -> JSONValue {
    [
      "name": .string(signature.name), "email": .string(signature.email),
      "unixSeconds": .integer(signature.unixSeconds), "zoneMinutes": .integer(signature.zoneMinutes),
    ]
  }

  static func recipe(_ recipe: Recipe) -> JSONValue {
    [
      "kind": .string(recipe.kind.rawValue),
      "base": recipe.base.map { .string($0.hex) } ?? .null,
      "ingredients": .array(
        recipe.ingredients.map { ["commit": .string($0.commit.hex), "weight": .number($0.weight)] }),
      "details": .object(recipe.details),
    ]
  }

  private static func label(_ names: [String]) -> String {
    names.isEmpty ? "" : " (" + names.map { Style.green(Terminal.escape($0)) }.joined(separator: ", ") + ")"
  }
}
