/// What both forms of Model Breadcrumbs share.
enum BreadcrumbBand {
  static let gamma = MergeParameter(
    "gamma", "how much of the largest changes is dropped as outliers", default: 0.01, in: 0...1, isPerModel: true,
    mergekitKey: "gamma")

  static let paper = Paper(
    title: "Model Breadcrumbs: Scaling Multi-Task Model Merging with Sparse Masks", authors: "Davari and Belilovsky",
    venue: "ECCV 2024", arXiv: "2312.06795")

  /// Of n entries the ⌊γn⌋ of largest magnitude go, and of the smallest so many that ⌊density·n⌋ remain; if there are
  /// not enough small ones, fewer large ones go.
  static func masks(
    _ input: MergeInput, of positions: [Int], base: any TensorReader, on executor: MergeExecutor
  ) throws -> [TaskVectorMask] {
    let count = input.elementCount
    let counts = positions.map { position in
      let parameters = input.models[position].parameters
      let density = parameters[.density]
      if density >= 1 { return [count, 0] }
      let kept = Int(density * Double(count))
      let smallest = max(0, count - kept - Int(parameters[gamma] * Double(count)))
      return [count - smallest, count - smallest - kept]
    }
    let readers = positions.map { input.models[$0].reader }
    return try ChangeSelection.largest(readers, base: base, counts: counts, on: executor).enumerated().map {
      index, selections in
      if counts[index][0] == counts[index][1] { return .nothing }
      return counts[index][1] == 0 ? TaskVectorMask(selections[0]) : .band(selections[0], without: selections[1])
    }
  }
}
