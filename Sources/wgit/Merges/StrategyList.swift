import Merging

/// The strategies with their parameters, for `wgit merge --list`.
enum StrategyList {
  static func print() {
    for recipe in MergeRecipes.all {
      Terminal.print(Style.bold(recipe.name))
      Terminal.print("  \(recipe.summary)")
      Terminal.print("  \(needs(recipe))")
      if let paper = recipe.paper { Terminal.print("  \(paper.citation)") }
      for spec in recipe.parameters {
        let fallback = spec.defaultValue.map { ", \($0.text) if not given" } ?? ", must be given"
        Terminal.print("    \(spec.name)=…  \(spec.summary): \(spec.allowed)\(fallback)")
      }
      Terminal.print()
    }
  }

  private static func needs(_ recipe: any MergeRecipe) -> String {
    let base =
      switch recipe.base {
      case .required: "; relative to the merge base"
      case .optional: "; relative to --base if it is given"
      case .ignored: ""
      }
    return recipe.modelCountText + base + (recipe.isRandom ? "; random, from --seed" : "")
  }
}
