import Documents
import Trainer
import WeightStore

/// One thing that a recipe has to compute, known by the hash of everything it depends on.
struct RecipeStep {
  enum Kind: String, CaseIterable {
    case pretraining = "pre-training"
    case auxiliary = "auxiliary fine-tuning"
    case probe = "linear probe"
    case fineTuning = "fine-tuning"
    case fusion = "fused start"
    case average
    case greedy = "greedy average"
    case evaluation
  }

  enum Work {
    case training(TrainingWork)
    case average(AverageWork)
    case greedy(GreedyWork)
    case evaluation(EvaluationWork)
  }

  let key: Digest
  let kind: Kind
  /// The subject of the commit; what is evaluated.
  let title: String
  let work: Work

  init(_ kind: Kind, _ title: String, _ work: Work, environment: JSONValue) {
    (self.kind, self.title, self.work) = (kind, title, work)
    let content: JSONValue = [
      "format": 1, "kind": .string(work.kind), "inputs": .array(work.inputs.map(\.identity)), "what": work.identity,
      "environment": environment,
    ]
    key = SHA256.digest(of: content.canonicalBytes())
  }

  var inputs: [ModelSource] { work.inputs }

  /// Whether the result is a commit; else it is a measurement.
  var makesCommit: Bool {
    if case .evaluation = work { false } else { true }
  }
}

/// Where the weights come from that a step starts from.
enum ModelSource: Hashable {
  /// A revision of the repository, and the digest of its model files: other files of the commit do not matter.
  case revision(ObjectID<Commit>, content: Digest)
  case step(Digest)

  var identity: JSONValue {
    switch self {
    case .revision(_, let content): ["model": .string(content.hex)]
    case .step(let key): ["step": .string(key.hex)]
    }
  }
}

extension RecipeStep.Work {
  fileprivate var kind: String {
    switch self {
    case .training: "training"
    case .average: "average"
    case .greedy: "greedy"
    case .evaluation: "evaluation"
    }
  }

  var inputs: [ModelSource] {
    switch self {
    case .training(let work): work.inputs
    case .average(let work): work.inputs
    case .greedy(let work): work.members
    case .evaluation(let work): work.subject.models
    }
  }

  /// Everything but the inputs.
  fileprivate var identity: JSONValue {
    switch self {
    case .training(let work): work.identity
    case .average(let work): work.identity
    case .greedy(let work): work.identity
    case .evaluation(let work): work.identity
    }
  }
}
