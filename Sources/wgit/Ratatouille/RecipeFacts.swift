import Documents
import Tensors
import Trainer
import WeightStore

/// What a recipe's names stand for: read once, so that planning is a function of these facts.
struct RecipeFacts {
  /// A task file with the identity of its data.
  struct Task {
    let path: String
    let text: String
    let task: TrainingTask
    /// Of the data set's description and all its files.
    let data: Digest
  }

  let recipe: RatatouilleRecipe
  let target: Task
  let tasks: [String: Task]
  let pretrained: ModelSource
  /// Auxiliaries that are revisions, by name.
  let revisions: [String: ModelSource]
  /// Results depend on it as on a hyper-parameter.
  let environment: JSONValue

  init(_ recipe: RatatouilleRecipe, in repository: Repository, folder: DataFolder) throws {
    self.recipe = recipe
    var tasks: [String: Task] = [:]
    func task(_ path: String) throws -> Task {
      if let known = tasks[path] { return known }
      let task = try Task(path, in: repository, folder: folder)
      tasks[path] = task
      return task
    }
    let target = try task(recipe.target.taskPath)
    _ = try recipe.pretrained.task.map(task)
    var revisions: [String: ModelSource] = [:]
    for auxiliary in recipe.auxiliaries {
      switch auxiliary.source {
      case .task(let path, _): _ = try task(path)
      case .revision(let revision): revisions[auxiliary.name] = try Self.model(revision, target, in: repository)
      }
    }
    pretrained = try Self.model(recipe.pretrained.revision, target, in: repository)
    (self.target, self.tasks, self.revisions) = (target, tasks, revisions)
    environment = [
      "instructionSet": .string(VectorKernels.best.name), "blasCore": .string(try BLAS.load().coreName),
      "version": .string(Wgit.version),
    ]
  }

  private static func model(_ revision: String, _ target: Task, in repository: Repository) throws -> ModelSource {
    let commit = try repository.resolve(revision)
    let content = try ModelFiles.contentID(
      networkPath: target.task.networkPath, weightsPath: target.task.weightsPath, in: commit, of: repository)
    return .revision(commit, content: content)
  }
}

extension RecipeFacts.Task {
  fileprivate init(_ path: String, in repository: Repository, folder: DataFolder) throws {
    let project = ProjectFiles.workingFolder(repository)
    self.path = path
    text = try project.text(path)
    task = try TrainingTask.parse(text, name: path)
    let description = try DatasetDescription.parse(project.text(task.dataPath), name: task.dataPath)
    data = LoadedData.id(of: description, try LoadedData.digests(of: description, in: folder))
  }
}
