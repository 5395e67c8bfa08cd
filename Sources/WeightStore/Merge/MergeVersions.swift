/// The trees that a merge looks at, and where each stands among the versions of a model.
struct MergeVersions {
  let base: Tree?
  let filesBase: Tree?
  /// Ours first.
  let sides: [Tree]
  /// What tensors are merged: the ingredients of a method, or the sides.
  let models: [Tree]

  init(_ specification: MergeSpecification, _ repository: Repository) throws(StoreError) {
    var trees: [ObjectID<Commit>: Tree] = [:]
    func tree(_ id: ObjectID<Commit>) throws(StoreError) -> Tree {
      if let known = trees[id] { return known }
      let tree = try repository.tree(of: id)
      trees[id] = tree
      return tree
    }
    base = try specification.base.map(tree)
    filesBase = try specification.filesBase.map(tree)
    var sides: [Tree] = []
    for side in specification.sides { sides.append(try tree(side)) }
    self.sides = sides
    var models = sides
    if specification.method != nil {
      models = []
      for ingredient in specification.ingredients { models.append(try tree(ingredient.commit)) }
    }
    self.models = models
  }

  /// Sides with other weights than the base.
  var trainedSides: [Int] {
    func weights(_ tree: Tree) -> [RelativePath: Tree.Entry] {
      tree.entries.filter { $0.value.kind == .checkpoint && !OptimizerState.isOptimizerState($0.key) }
    }
    let base = weights(self.base ?? Tree())
    return sides.indices.filter { weights(sides[$0]) != base }
  }

  /// The versions of a model are these in order.
  var all: [Tree] { [base ?? Tree()] + models + sides }

  var modelIndices: Range<Int> { 1..<(1 + models.count) }
  var sideIndices: Range<Int> { (1 + models.count)..<(1 + models.count + sides.count) }
}
