import Documents
import Trainer
import WeightStore

/// Everything that one training run was asked to do, so that it can be done later, or again.
struct RunPlan {
  var start: ObjectID<Commit>
  /// Where the commit goes.
  var branch: String
  /// Below the project folder; nil if another program trains and was given no task.
  var taskPath: String?
  var taskText: String
  var options: RunOptions
  /// nil for the default.
  var message: String?
  /// Where the head's first parameters come from, if from another commit.
  var headCommit: ObjectID<Commit>?
  var dataFolder: String
  /// The command that trains, if it is not wgit itself.
  var command: String?
  /// Patterns for tensors that a command may change the shape of.
  var newHead: [String] = []
  /// Whether the branch moves through a gate; nil if its protection decides.
  var gate: Bool?
  /// The step of a recipe that the run is, instead of a branch's next commit.
  var step: StepCommit?

  private static let format = "wgit-run"
  private static let version: Int64 = 1

  var json: JSONValue {
    [
      "format": .string(Self.format), "version": .integer(Self.version), "start": .string(start.hex),
      "branch": .string(branch), "taskPath": taskPath.map { .string($0) } ?? .null, "taskText": .string(taskText),
      "options": .array(options.words.map { .string($0) }), "message": message.map { .string($0) } ?? .null,
      "headCommit": headCommit.map { .string($0.hex) } ?? .null, "dataFolder": .string(dataFolder),
      "command": command.map { .string($0) } ?? .null, "newHead": .array(newHead.map { .string($0) }),
      "gate": gate.map { .bool($0) } ?? .null, "step": step?.json ?? .null,
    ]
  }
}

extension RunPlan {
  /// - Throws: `CommandError.invalidData` for what is no plan.
  init(json: JSONValue, path: String) throws {
    guard json["format"]?.stringValue == Self.format, json["version"]?.integerValue == Self.version,
      let start = (json["start"]?.stringValue).flatMap(Digest.init(hex:)), let branch = json["branch"]?.stringValue,
      let text = json["taskText"]?.stringValue, let words = json["options"]?.arrayValue,
      let folder = json["dataFolder"]?.stringValue,
      let options = try? RunOptions.parse(words.compactMap(\.stringValue))
    else {
      throw CommandError(
        .invalidData, "'\(path)' is no record of a run that this wgit can continue", hint: "remove its folder")
    }
    self.init(
      start: ObjectID(start), branch: branch, taskPath: json["taskPath"]?.stringValue, taskText: text,
      options: options, message: json["message"]?.stringValue,
      headCommit: (json["headCommit"]?.stringValue).flatMap(Digest.init(hex:)).map { ObjectID($0) }, dataFolder: folder,
      command: json["command"]?.stringValue, newHead: json["newHead"]?.arrayValue?.compactMap(\.stringValue) ?? [],
      gate: json["gate"]?.boolValue, step: json["step"].flatMap(StepCommit.init(json:)))
  }
}
