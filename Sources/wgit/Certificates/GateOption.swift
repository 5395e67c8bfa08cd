import ArgumentParser
import Documents
import Tensors
import WeightStore

/// `--gate` and `--no-gate`; without either, protected branches have a gate.
struct GateOption: ParsableArguments {
  @Flag(
    inversion: .prefixedNo,
    help: "Move the branch only if its certificates hold. Default for branches that wgit.yaml protects.")
  var gate: Bool?

  func decision(_ repository: Repository) throws -> GateDecision {
    try GateDecision(gate, branch: repository.head().branchName, in: repository)
  }
}

/// Whether a branch moves through a gate.
enum GateDecision {
  /// Nothing guards it.
  case open
  case gated
  /// It is guarded, and the user has said that it moves without.
  case skipped

  init(_ asked: Bool?, branch: String?, in repository: Repository) throws {
    if asked == true {
      self = .gated
      return
    }
    guard try ProtectedBranches.protects(branch, in: repository) else {
      self = .open
      return
    }
    self = asked == false ? .skipped : .gated
  }

  /// What the commit's recipe says of it.
  var record: JSONObject {
    var record = JSONObject()
    if self == .skipped { _ = record.append("gate", .string("skipped")) }
    return record
  }

  /// What the operation log says of it.
  var note: String { self == .skipped ? " (gate skipped)" : "" }
}

/// Branches that move through a gate unless the user says otherwise: those that `wgit.yaml` lists, as their own tip has it.
///
/// ```yaml
/// protected: [main, 'release/*']
/// ```
enum ProtectedBranches {
  static let file = "wgit.yaml"

  /// - Throws: `DocumentError` with the line if the file is malformed.
  static func protects(_ branch: String?, in repository: Repository) throws -> Bool {
    guard let branch, let tip = try repository.target(of: RefName.branch(branch)),
      let bytes = try repository.contents(of: RelativePath(file), in: tip)
    else { return false }
    let yaml = try YAMLDocument.parse(String(decoding: bytes, as: UTF8.self), name: file)
    let patterns = try yaml.optionalOneOrMoreStrings("protected") ?? []
    try yaml.finish()
    return patterns.contains { NamePattern($0).matches(branch) }
  }
}
