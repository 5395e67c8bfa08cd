/// The recipes that there are.
package enum MergeRecipes {
  /// All recipes, the default first.
  package static let all: [any MergeRecipe] = [
    Ratatouille(), Weighted(), WiseFT(), ModelStock(), TaskArithmetic(), Ties(), DareLinear(), DareTies(), DellaTies(),
    DellaLinear(), Breadcrumbs(), BreadcrumbsTies(), Slerp(), NuSlerp(), MultiSlerp(), Karcher(), Sce(), Ram(),
    RamPlus(), RamPlusTensorLocal(), NearSwap(), ArceeFusion(), Passthrough(), Fisher(), RegMean(), Emr(), LoRA(),
  ]

  /// The recipe of that name, if there is one.
  package static func named(_ name: String) -> (any MergeRecipe)? {
    all.first { $0.name == name }
  }

  /// The recipe that mergekit calls so, if there is one.
  package static func mergekit(_ name: String) -> (any MergeRecipe)? {
    all.first { $0.mergekit?.name == name }
  }
}
