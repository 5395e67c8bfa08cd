import Trainer
import WeightStore

/// Whether weights have seen the target task: then what they gain says nothing about recycling.
struct TargetLeak {
  let target: RecipeFacts.Task
  let repository: Repository

  /// Refuses auxiliaries that are made on the target task, and a pre-trained net that was.
  ///
  /// - Throws: `CommandError.negative`.
  func check(_ facts: RecipeFacts) throws {
    if let path = facts.recipe.pretrained.task, let task = facts.tasks[path] {
      try check(task, "the pre-trained net")
    }
    try check(facts.pretrained, "the pre-trained net '\(facts.recipe.pretrained.revision)'")
    for auxiliary in facts.recipe.auxiliaries {
      let name = "auxiliary '\(auxiliary.name)'"
      if case .task(let path, _) = auxiliary.source, let task = facts.tasks[path] { try check(task, name) }
      if let revision = facts.revisions[auxiliary.name] { try check(revision, name) }
    }
  }

  private func check(_ other: RecipeFacts.Task, _ who: String) throws {
    guard other.path == target.path || other.task.name == target.task.name || other.data == target.data else { return }
    throw refusal(who, "its task '\(other.task.name)' has the target's name or data")
  }

  /// Looks through the history, the ingredients of merges among it, for training on the target task.
  private func check(_ source: ModelSource, _ who: String) throws {
    guard case .revision(let id, _) = source else { return }
    let graph = repository.graph
    var (seen, open) = (Set([id]), [id])
    while let next = open.popLast() {
      let commit = try graph.commit(next)
      let task = commit.recipe.details["task"]
      if let name = task?["task"]?.stringValue,
        name == target.task.name || task?["data"]?.stringValue == target.task.dataPath
      {
        throw refusal(who, "it, or what it was made from, was trained on '\(name)'")
      }
      for more in commit.parents + commit.recipe.ingredients.map(\.commit) where seen.insert(more).inserted {
        open.append(more)
      }
    }
  }

  private func refusal(_ who: String, _ why: String) -> CommandError {
    CommandError(
      .negative, "\(who) was made on the target task: \(why)",
      hint: "auxiliary weights come from other tasks; what they know of the target's domains would be no generalisation"
    )
  }
}
