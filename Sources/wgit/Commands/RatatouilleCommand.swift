import ArgumentParser
import Documents
import Trainer
import WeightStore

struct RatatouilleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ratatouille",
    abstract: "Carry out a recipe: recycle auxiliary weights, average, compare.",
    usage: "wgit ratatouille [<options>] <recipe>",
    discussion: """
      The recipe is a file:

        recipe: clothes
        pretrained: main
        auxiliaries:
          - {task: tasks/thirds.yaml}
          - {revision: community/kuzushiji}
        target: {task: tasks/target.yaml, held-out: 75, splits: [0, 1, 2]}
        selection: [uniform, greedy]
        baselines: all

      From the pre-trained net auxiliary tasks are learnt. On the target one head is probed, and put on each of these \
      nets; each is fine-tuned, and they are averaged. The domain that is held out is neither trained on nor chosen by. \
      docs/ratatouille.md lists all that a recipe may say.

      Every step is a commit that is known by the hash of what it depends on. What is done is not done again; after \
      Ctrl-C, or whatever happened, the same command goes on to the same commits. Results stand at branches below the \
      recipe's name.

      Exit codes: 1 if a certificate does not hold.

      Examples:
        wgit ratatouille recipe.yaml --dry-run
        wgit ratatouille recipe.yaml --jobs 2
        wgit ratatouille recipe.yaml --markdown report.md
      """)

  @Flag(name: [.customShort("n"), .long], help: "Show what there is to do, and do nothing.")
  var dryRun = false

  @Option(help: "Steps at a time, each with its share of the threads. Default: as many as there are threads.")
  var jobs: Int?

  @Option(help: ArgumentHelp("Also write the results as Markdown.", valueName: "file"), completion: .file())
  var markdown: String?

  @OptionGroup var dataFolder: DataFolderOption
  @OptionGroup var output: JSONOption
  @Flag(name: [.short, .long], help: "Print only the ids of the averages.")
  var quiet = false

  /// Set by the process that started this one to do steps.
  @Option(help: ArgumentHelp("The process that waits for the steps.", visibility: .hidden))
  var supervisedBy: Int?

  @Argument(help: "The recipe.", completion: .file(extensions: ["yaml", "yml"]))
  var recipe: String

  func validate() throws {
    if let jobs, !(1...1000).contains(jobs) { throw ValidationError("--jobs must be at least 1.") }
    if output.json, quiet { throw ValidationError("--json and --quiet exclude each other.") }
  }

  func run() throws {
    let repository = try Environment.openRepository()
    let folder = try dataFolder.resolve(repository)
    let path = try UserPath(repository).relative(recipe)?.text ?? recipe
    let recipe = try RatatouilleRecipe.parse(ProjectFiles.workingFolder(repository).text(path), name: path)
    let facts = try RecipeFacts(recipe, in: repository, folder: folder)
    let plan = try RatatouillePlan(facts)
    if let supervisedBy {
      Supervision.begin(supervisedBy)
      return try StepWorker(plan: plan, place: StepPlace(repository, folder)).run()
    }
    try TargetLeak(target: facts.target, repository: repository).check(facts)
    let certificates = try certificates(recipe, repository, folder)
    _ = try Identity.signature(Configuration.load(repository))
    let branches = ResultBranches(plan: plan, repository: repository)
    try branches.check()
    let store = try StepStore(repository)
    let text = PlanText(plan: plan, finished: try store.finished())
    if dryRun { return output.json ? output.print(text.json) : text.print() }
    try work(plan, store, folder)
    let results = ResultsText(recipe: recipe, results: try RatatouilleResults(plan, store))
    let landed = try branches.land()
    if let markdown { try ReportFile.write(results.markdown, to: markdown) }
    try report(results, landed)
    try certificates?.judge(plan, repository, isShown: !output.json && !quiet)
  }

  private func work(_ plan: RatatouillePlan, _ store: StepStore, _ folder: DataFolder) throws {
    try store.clean(plan.steps)
    let finished = try store.finished()
    let doneCount = plan.steps.count { finished[$0.key] != nil }
    guard doneCount < plan.steps.count else { return }
    let crew = StepCrew(
      recipePath: recipe, dataFolder: folder.path,
      jobCount: min(plan.steps.count - doneCount, jobs ?? Environment.threadCount))
    try crew.run(StepProgress(total: plan.steps.count, finished: doneCount, quiet: quiet || output.json))
  }

  private func certificates(
    _ recipe: RatatouilleRecipe, _ repository: Repository, _ folder: DataFolder
  ) throws -> RecipeCertificates? {
    guard !recipe.certificates.isEmpty else { return nil }
    let runner = CertificateRunner(repository, project: .workingFolder(repository), folder: folder)
    return RecipeCertificates(runner: runner, files: try runner.certificates(named: recipe.certificates))
  }

  private func report(_ results: ResultsText, _ branches: [(name: String, commit: ObjectID<Commit>)]) throws {
    if output.json {
      let list = branches.map { branch -> JSONValue in
        ["branch": .string(branch.name), "commit": .string(branch.commit.hex)]
      }
      let members = results.json.objectValue?.members ?? []
      return output.print(.object(JSONObject(members + [(key: "branches", value: .array(list))])))
    }
    guard !quiet else {
      for branch in branches where branch.name.hasSuffix("/\(RatatouilleAverage.name)") {
        Terminal.print(branch.commit.hex)
      }
      return
    }
    results.print()
    Terminal.print(Terminal.escape("results are at branches below \(results.recipe.name)/: wgit branch"))
  }
}
