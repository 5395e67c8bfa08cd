import Documents
import Tensors
import WeightStore

/// A merge as text and as JSON.
enum MergeView {
  /// `candidates/main`, as `wgit diff` and `wgit show` take it.
  static func name(of candidate: RefName) -> String { String(candidate.text.dropFirst("refs/".count)) }

  /// What was merged and how, before a gate judges it.
  static func print(_ outcome: Repository.MergeOutcome, notes: [MergeNote], _ tally: NonFiniteTally) {
    Terminal.print(summary(outcome))
    printNotes(outcome, notes: notes, tally)
  }

  static func printNotes(_ outcome: Repository.MergeOutcome, notes: [MergeNote], _ tally: NonFiniteTally) {
    for note in notes + outcome.notes { Terminal.message("note: \(Terminal.escape(text(note)))") }
    for (tensor, count) in tally.sorted {
      Terminal.message("warning: \(Terminal.escape(tensor)) has \(NonFiniteTally.text(count))")
    }
  }

  static func printLanded(
    _ outcome: Repository.MergeOutcome, branch: String?, _ output: MergeOutput, notes: [MergeNote],
    _ tally: NonFiniteTally
  ) {
    switch output {
    case .text:
      Terminal.print(
        "[\(Terminal.escape(branch ?? "detached HEAD")) \(outcome.id.short)] \(Terminal.escape(outcome.commit.subject))"
      )
    case .id: Terminal.print(outcome.id.hex)
    case .json: Terminal.print(json(outcome, notes: notes, tally).prettyString())
    }
  }

  /// "ratatouille: 3 ingredients of weight 1/3, 4 tensors combined, 0 kept, 1.0 KiB stored".
  static func summary(_ outcome: Repository.MergeOutcome) -> String {
    let recipe = outcome.commit.recipe
    let method = recipe.method ?? MergeSpecification.threeWay
    var parts: [String] = []
    if method == MergeSpecification.threeWay {
      parts += statuses(outcome.statusCounts)
    } else {
      parts.append(ingredients(recipe.ingredients))
    }
    let combined = "\(Format.count(outcome.computedTensorCount, "tensor")) combined"
    if method != MergeSpecification.threeWay {
      parts += [combined, "\(outcome.keptTensorCount) kept"]
    } else if outcome.computedTensorCount > 0 {
      parts.append(combined)
    }
    parts.append("\(Format.bytes(outcome.storedByteCount)) stored")
    return "\(Terminal.escape(method)): \(parts.joined(separator: ", "))"
  }

  private static func ingredients(_ ingredients: [Recipe.Ingredient]) -> String {
    let count = Format.count(ingredients.count, "ingredient")
    let weights = Set(ingredients.map(\.weight))
    if ingredients.count == 1 { return count }
    if weights.count == 1 { return "\(count) of weight 1/\(ingredients.count)" }
    return "\(count) of weights " + ingredients.map { Format.significant($0.weight) }.joined(separator: ", ")
  }

  /// "40 unchanged, 2 ours, 3 theirs".
  static func statuses(_ counts: [TensorStatus: Int]) -> [String] {
    TensorStatus.allCases.compactMap { status in
      counts[status].map { "\($0) \(word(status))" }
    }
  }

  private static func word(_ status: TensorStatus) -> String {
    switch status {
    case .unchanged: "unchanged"
    case .ours: "changed by ours"
    case .theirs: "changed by theirs"
    case .same: "changed alike"
    case .both: "changed by both"
    case .added, .addedSame: "added"
    case .addedBoth: "added differently"
    case .deleted, .deletedBoth: "deleted"
    case .deletedModified: "deleted and changed"
    case .reshaped: "reshaped"
    case .reshapedModified: "reshaped and changed"
    case .recast: "converted"
    case .recastModified: "converted and changed"
    case .nonFloat: "of integers changed differently"
    case .left: "left as ours"
    }
  }

  static func text(_ note: MergeNote) -> String {
    switch note {
    case .optimizerLeftOut(let path):
      "\(path) is left out: a merged model has no optimizer state (--keep-optimizer ours keeps it)"
    case .metadataConflict(let path, let keys):
      "the metadata of \(path) differ in \(keys.joined(separator: ", ")): ours are kept"
    case .runningStatistics(let count):
      "\(Format.count(count, "tensor")) of running statistics averaged: recalibrate them on data"
    case .alignedRows(let path, let count):
      "rows of the vocabulary of \(path) were brought together by token: \(Format.count(count, "token"))"
    case .recast(let name, let dtype): "\(name): values of one side in the other's \(dtype.rawValue)"
    case .countsAsOne(let commit): "\(commit.short) counts as one model: it was merged with other parameters"
    case .alignedRelatives: "fine-tunings of one model need no alignment: their units are in one order already"
    case .unrelated: "the models have no common ancestor: their average is rarely any good without alignment"
    }
  }
}

extension MergeView {
  static func json(
    _ outcome: Repository.MergeOutcome, notes: [MergeNote], _ tally: NonFiniteTally
  ) -> JSONValue {
    [
      "commit": .string(outcome.id.hex),
      "conflicts": .null,
      "recipe": CommitView.recipe(outcome.commit.recipe),
      "parents": .array(outcome.commit.parents.map { .string($0.hex) }),
      "combinedTensors": .integer(Int64(outcome.computedTensorCount)),
      "keptTensors": .integer(Int64(outcome.keptTensorCount)),
      "status": statusJSON(outcome.statusCounts),
      "byteCountStored": .integer(Int64(outcome.storedByteCount)),
      "notes": .array((notes + outcome.notes).map { .string(text($0)) }),
      "nonFinite": .array(
        tally.sorted.map { tensor, count in
          [
            "tensor": .string(tensor), "nan": .integer(Int64(count.nan)), "infinite": .integer(Int64(count.infinite)),
            "overflowed": .integer(Int64(count.overflowed)),
          ]
        }),
    ]
  }

  /// A plan: what would be done, or what stopped a merge.
  static func json(_ plan: MergePlan, _ specification: MergeSpecification, names: [String]) -> JSONValue {
    [
      "commit": .null,
      "method": .string(specification.methodName),
      "base": specification.base.map { .string($0.hex) } ?? .null,
      "sides": .array(
        zip(names, specification.sides).map { ["name": .string($0), "commit": .string($1.hex)] }),
      "ingredients": .array(
        specification.ingredients.map { ["commit": .string($0.commit.hex), "weight": .number($0.weight)] }),
      "status": statusJSON(plan.statusCounts),
      "conflicts": [
        "tensors": .array(plan.tensorConflicts.map(json)),
        "files": .array(
          plan.fileConflicts.map {
            ["path": .string($0.path.text), "reason": .string(ConflictTable.reason($0))]
          }),
      ],
      "notes": .array(plan.notes.map { .string(text($0)) }),
    ]
  }

  private static func json(_ conflict: TensorConflict) -> JSONValue {
    [
      "tensor": .string(conflict.name),
      "file": .string(conflict.model.text),
      "status": .string(conflict.status.rawValue),
      "canCompute": .bool(conflict.canCompute),
      "base": conflict.base.map(json) ?? .null,
      "sides": .array(conflict.sides.map { $0.map(json) ?? .null }),
    ]
  }

  private static func json(_ tensor: Manifest.Tensor) -> JSONValue {
    [
      "dtype": .string(tensor.dtype.rawValue),
      "shape": .array(tensor.shape.dimensions.map { .integer(Int64($0)) }),
    ]
  }

  static func statusJSON(_ counts: [TensorStatus: Int]) -> JSONValue {
    .object(
      JSONObject(
        counts.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key.rawValue, .integer(Int64($0.value))) }))
  }
}
