/// What both forms of DELLA share.
enum Della {
  static let epsilon = MergeParameter(
    "epsilon", "how much the chance to be kept differs from the density, at most", default: 0.15, in: 0...1,
    isPerModel: true, mergekitKey: "epsilon")

  static let paper = Paper(
    title: "DELLA-Merging: Reducing Interference in Model Merging through Magnitude-Based Sampling",
    authors: "Deep et al.", venue: "2024", arXiv: "2406.11617")

  /// - Throws: `badParameter` unless density ± ε lies between 0 and 1.
  static func masks(
    _ input: MergeInput, of positions: [Int], base: any TensorReader, rescale: Rescale
  ) throws -> [TaskVectorMask] {
    try positions.map { position in
      let model = input.models[position]
      let density = model.parameters[.density]
      let epsilon = model.parameters[epsilon]
      if density >= 1 { return .everything }
      if density <= 0 { return .nothing }
      guard density - epsilon > 0, density + epsilon < 1 else {
        throw MergeError(
          .badParameter,
          "'density' ± 'epsilon' is \(density) ± \(epsilon): both ends must lie between 0 and 1")
      }
      return .ranked(
        try RankedMask(
          model: model.reader, base: base, density: density, epsilon: epsilon, random: input.random(model),
          dividesByChance: rescale == .paper))
    }
  }
}
