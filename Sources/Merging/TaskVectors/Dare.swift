/// What both forms of DARE share.
enum Dare {
  static let paper = Paper(
    title: "Language Models are Super Mario: Absorbing Abilities from Homologous Models as a Free Lunch",
    authors: "Yu et al.", venue: "ICML 2024", arXiv: "2311.03099")

  static func masks(_ input: MergeInput, of positions: [Int], rescale: Rescale) -> [TaskVectorMask] {
    positions.map { position in
      let model = input.models[position]
      let density = model.parameters[.density]
      if density >= 1 { return .everything }
      if density <= 0 { return .nothing }
      return .random(
        input.random(model), chance: density, multiplier: rescale == .paper ? 1 / density : 1)
    }
  }
}
