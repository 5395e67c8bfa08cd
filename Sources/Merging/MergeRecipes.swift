/// The recipes that there are.
package enum MergeRecipes {
  /// All recipes, the default first.
  package static let all: [any MergeRecipe] = [Ratatouille()]

  /// The recipe of that name, if there is one.
  package static func named(_ name: String) -> (any MergeRecipe)? {
    all.first { $0.name == name }
  }
}
