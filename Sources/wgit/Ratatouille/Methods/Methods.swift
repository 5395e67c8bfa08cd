/// A way to get from fine-tunings to predictions: a row of the table. One file, one method.
protocol TableMethod: Sendable {
  /// As recipes and branches call it.
  static var name: String { get }
  static var summary: String { get }
  /// What the recipe lists to have it, if it is no selection of the recipe's own average.
  static var baseline: String? { get }

  static func isWanted(by recipe: RatatouilleRecipe) -> Bool

  /// Plans the steps it needs and says how its accuracy follows; nil if there is nothing for it to work with.
  static func score(in cell: inout CellBuilder) throws -> ScoreRule?
}

extension TableMethod {
  static func isWanted(by recipe: RatatouilleRecipe) -> Bool {
    baseline.map(recipe.baselines.contains) ?? true
  }
}

/// All methods, in the order of the table.
enum Methods {
  static let all: [any TableMethod.Type] = [
    ERM.self, BestByValidation.self, MovingAverage.self, Soup.self, GreedySoup.self, ModelStockOfSoup.self,
    SoupEnsemble.self, InterTraining.self, BestInterTraining.self, Fusing.self, RatatouilleEnsemble.self,
    RatatouilleAverage.self,
    GreedyRatatouille.self,
  ]
}

/// What a recipe's `baselines` may list.
enum Baselines {
  static let all: [(name: String, summary: String)] = {
    var known: [(name: String, summary: String)] = []
    for method in Methods.all {
      if let name = method.baseline, !known.contains(where: { $0.name == name }) {
        known.append((name, method.summary))
      }
    }
    return known
  }()
}
