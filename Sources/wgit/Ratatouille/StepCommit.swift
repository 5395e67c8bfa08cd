import Documents
import WeightStore

/// What makes a commit that of a step: its key, and a time that follows from what it was made from.
///
/// Whoever computes a step, and whenever, makes the same commit of the same inputs: it is dated one second after the newest
/// commit that it was made from, and records nothing that could be otherwise, such as the number of threads.
struct StepCommit: Hashable {
  let key: Digest
  let unixSeconds: Int64

  static let recipeMember = "step"

  /// - Parameter inputs: the commits that the step is made from.
  init(key: Digest, inputs: [Commit]) {
    self.key = key
    let newest = inputs.map(\.committer.unixSeconds).max() ?? 0
    unixSeconds = min(newest, Commit.Signature.knownSeconds.upperBound - 1) + 1
  }

  init?(json: JSONValue) {
    guard let key = (json["key"]?.stringValue).flatMap(Digest.init(hex:)),
      let seconds = json["unixSeconds"]?.integerValue, Commit.Signature.knownSeconds.contains(seconds)
    else { return nil }
    self.key = key
    unixSeconds = seconds
  }

  var json: JSONValue { ["key": .string(key.hex), "unixSeconds": .integer(unixSeconds)] }

  func dated(_ signature: Commit.Signature) -> Commit.Signature {
    Commit.Signature(name: signature.name, email: signature.email, unixSeconds: unixSeconds, zoneMinutes: 0)
  }

  /// The recipe with the step's key, and without what does not matter to the result.
  func marked(_ recipe: Recipe) -> Recipe {
    let members = recipe.details.members.filter { $0.key != "threadCount" }
    return Recipe(
      kind: recipe.kind, ingredients: recipe.ingredients, base: recipe.base,
      details: JSONObject(members + [(key: StepCommit.recipeMember, value: .string(key.hex))]))
  }
}
