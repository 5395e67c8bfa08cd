import Checkpoints
import Tensors

/// What a merge will do, decided before it does anything: from names, shapes and hashes, and the bytes of small files.
package struct MergePlan: Sendable {
  /// One tensor of a model.
  package struct Tensor: Sendable {
    enum Outcome: Sendable {
      /// As it stands in a file of some version.
      case take(ModelVersion.Place)
      case delete
      case compute(Computation)
      case conflict(TensorConflict)
    }

    package let name: String
    package let status: TensorStatus
    var outcome: Outcome
  }

  /// One model's share of a tensor that is computed.
  struct Contribution: Hashable, Sendable {
    let segment: Manifest.Segment
    /// Which model it is, the same number for all tensors.
    let index: Int
    let weight: Double
  }

  /// What has to be computed for one tensor.
  struct Computation: Sendable {
    enum Formula: Hashable, Sendable {
      case method(MergeSpecification.Method)
      /// The values of the only model, rounded to the result's type.
      case cast
    }

    let formula: Formula
    let base: Manifest.Segment?
    let models: [Contribution]
    /// Name, type and shape of the result.
    let tensor: Manifest.Tensor
    /// Whose random numbers are drawn: the first of the tensors that are tied.
    var randomName: String
    /// The file that gave the first model: the result goes there if the layout does not say.
    let path: RelativePath
    /// Where rows come from that stand for tokens with differing numbers.
    var alignment: RowAlignment?

    /// Weights that have to be read.
    var readByteCount: Int { (base?.byteCount ?? 0) + models.reduce(0) { $0 + $1.segment.byteCount } }
  }

  /// The rows of a vocabulary tensor, brought under each other by token.
  struct RowAlignment: Sendable {
    let rows: VocabularyRows
    /// The tensors that rows are taken from, the base first if it is one of them.
    let tensors: [Manifest.Segment]
    /// Which of them is the base.
    let base: Int?
    /// Which of them each model's is.
    let models: [Int]
  }

  /// One model, in one or several files.
  package struct Model: Sendable {
    /// `model.safetensors`.
    package let key: RelativePath
    /// In the order of the base, then as they were added.
    package internal(set) var tensors: [Tensor]
    /// Its files, if all of it is as one version has it.
    let whole: [RelativePath: Tree.Entry]?
    let isByHand: Bool
    let context: ModelContext
    var group: ModelGroup { context.group }

    /// Whether any of its weights are computed, or would have to be.
    var isComputed: Bool {
      whole == nil
        && tensors.contains { tensor in
          switch tensor.outcome {
          case .compute, .conflict: true
          case .take, .delete: false
          }
        }
    }
  }

  package internal(set) var models: [Model]
  /// Files that are no checkpoints, sorted by path.
  package internal(set) var files: [FileMerge]
  /// Things worth knowing that are no conflicts, in order.
  package internal(set) var notes: [MergeNote] = []
  /// Patterns of the request that fit nothing.
  package internal(set) var unusedPatterns: [String] = []

  /// How many tensors there are of each kind.
  package var statusCounts: [TensorStatus: Int] {
    var counts: [TensorStatus: Int] = [:]
    for model in models { for tensor in model.tensors { counts[tensor.status, default: 0] += 1 } }
    return counts
  }

  package var tensorConflicts: [TensorConflict] {
    models.flatMap(\.tensors).compactMap { tensor in
      if case .conflict(let conflict) = tensor.outcome { conflict } else { nil }
    }
  }

  package var fileConflicts: [FileMerge] { files.filter { $0.conflict != nil } }

  package var hasConflicts: Bool { !tensorConflicts.isEmpty || !fileConflicts.isEmpty }
}

/// A tensor that a person, or a method, has to decide on.
package struct TensorConflict: Hashable, Sendable {
  package let name: String
  /// `model.safetensors`.
  package let model: RelativePath
  package let status: TensorStatus
  /// The type and shape in the base and in each side; `nil` where it is missing.
  package let base: Manifest.Tensor?
  package let sides: [Manifest.Tensor?]
  /// Whether a method could compute it.
  package let canCompute: Bool
}

/// Something worth knowing about a merge.
package enum MergeNote: Hashable, Sendable {
  /// Optimizer state of several runs: averaged moments would belong to no run.
  case optimizerLeftOut(RelativePath)
  /// Entries of `__metadata__` that the sides changed in different ways: ours stand in the result.
  case metadataConflict(RelativePath, keys: [String])
  /// Running statistics that were averaged: the mean of variances is not the variance of the mean network.
  case runningStatistics(count: Int)
  /// Rows of a vocabulary that were brought under each other by token.
  case alignedRows(RelativePath, tokenCount: Int)
  /// Values of one side stand in the narrower type of another.
  case recast(String, DType)
  /// A merge among the revisions stands for one model, because it was made with other parameters.
  case countsAsOne(ObjectID<Commit>)
  /// Models were aligned that come from one base, whose units never parted.
  case alignedRelatives
  /// The sides have no common ancestor.
  case unrelated
}
