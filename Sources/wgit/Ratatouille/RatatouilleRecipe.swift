import Merging
import Trainer

/// What `wgit ratatouille` is to do, as a file says it.
///
/// ```yaml
/// recipe: clothes                       # branches are made below this name
/// pretrained: main                      # a revision; or {from: main, task: tasks/pretrain.yaml, seed: 0}
/// auxiliaries:
///   - {task: tasks/thirds.yaml}         # fine-tuned from the pre-trained net; name and seed may be given
///   - {revision: community/kuzushiji}   # or what somebody has made already
/// target:
///   task: tasks/target.yaml
///   held-out: [0, 75]                   # for each a cell of its own: trained on the other domains, tested on this one
///   test: {from: 0, per-domain: 2000}   # all rows
///   splits: [0, 1, 2, 3]                # 0; for each cells of its own: split-seed of the task, and where seeds of runs start
///   runs: 6                             # as many as there are starts
///   search: {learning-rate: {choice: [5e-4, 1e-3]}}  # as the task says
///   head: adapted                       # shared: the probed head as it is; adapted: probed again on each auxiliary's features
/// selection: [uniform, greedy]          # uniform
/// accept: keeps-up                      # or improves: when a greedy soup takes a model in
/// baselines: all                        # none; or some of them
/// moving-average: {method: swa, from: 0.25}
/// fusing: {range: 4}
/// certificates: [in-domain]             # none; judged on the averages
/// ```
struct RatatouilleRecipe {
  struct Auxiliary {
    enum Source {
      case task(String, seed: UInt64)
      case revision(String)
    }

    let name: String
    let source: Source
  }

  /// The net that everything starts from.
  struct Pretrained {
    let revision: String
    /// What it is trained on first; nil if the revision is the pre-trained net.
    let task: String?
    let seed: UInt64
  }

  enum HeadPolicy: String, CaseIterable {
    /// The head that was probed on the pre-trained features, as it is.
    case shared
    /// Probed again from there on the features of each start.
    case adapted
  }

  enum Selection: String, CaseIterable {
    case uniform
    case greedy
  }

  struct Target {
    let taskPath: String
    let heldOut: [String]
    let splits: [UInt64]
    let runCount: Int
    /// Instead of the task's.
    let search: HyperparameterSearch?
    let head: HeadPolicy
    /// First row and number of rows of the held-out domain; nil for all that follow.
    let testFrom: Int
    let testCount: Int?
  }

  let name: String
  let pretrained: Pretrained
  let auxiliaries: [Auxiliary]
  let target: Target
  let selections: [Selection]
  let acceptance: GreedySelection.Rule
  /// Names of `Baselines.all`.
  let baselines: [String]
  /// As `--average` takes it.
  let movingAverage: String
  let fusingRange: Double
  let certificates: [String]

  /// How many nets fine-tunings start from: the pre-trained one and the auxiliaries.
  var startCount: Int { 1 + auxiliaries.count }

  /// The seed of a run: splits have a thousand seeds each, so that a run more changes none of the others.
  static let seedsPerSplit: UInt64 = 1000

  func seed(split: UInt64, run: Int) -> UInt64 { split &* RatatouilleRecipe.seedsPerSplit &+ UInt64(run) }
}
