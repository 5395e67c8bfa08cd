import Documents

/// Finding what is to be merged: tips, ingredients, bases.
extension Repository {
  /// A merge of what is checked out and `revisions` relative to their merge base.
  ///
  /// - Parameter base: instead of the merge base.
  /// - Throws: `StoreError.unrelatedHistories` without a common ancestor, `.severalMergeBases` with the candidates.
  package func threeWayMerge(
    with revisions: [ObjectID<Commit>], base: ObjectID<Commit>?
  ) throws(StoreError) -> MergeSpecification {
    let sides = try mergeTips(revisions)
    guard let base else { return MergeSpecification(kind: .merge, sides: sides, base: try onlyBase(of: sides)) }
    return MergeSpecification(kind: .merge, sides: sides, base: base)
  }

  /// A merge of all models by a method.
  ///
  /// Ingredients are the tips that are not ancestors of other tips. A tip that was made by the same method and parameters
  /// stands for its own ingredients: each model keeps its share however the soup grew. They are summed in the order of their
  /// ids, so in whatever order they were named the result is the same.
  ///
  /// - Parameters:
  ///   - needsBase: whether the method does.
  ///   - isOrdered: the method tells its models apart: they stay in the order given, and none stands for others.
  ///   - weights: of single tips. A soup's weight is shared by its ingredients.
  package func methodMerge(
    _ method: MergeSpecification.Method, with revisions: [ObjectID<Commit>], base: ObjectID<Commit>?,
    needsBase: Bool, isOrdered: Bool, weights: [ObjectID<Commit>: Double]
  ) throws(StoreError) -> (specification: MergeSpecification, notes: [MergeNote]) {
    let sides = try mergeTips(revisions)
    var notes: [MergeNote] = []
    let ingredients =
      isOrdered
      ? sides.map { Recipe.Ingredient(commit: $0, weight: weights[$0] ?? 1) }
      : try leaves(of: sides, method, weights, notes: &notes)
    let models = ingredients.map(\.commit)
    let bases = try self.bases(of: models, insteadOf: base)
    if needsBase, bases.count != 1 { _ = try onlyBase(of: models) }
    if bases.isEmpty { notes.append(.unrelated) }
    var specification = MergeSpecification(
      kind: .merge, sides: sides, base: bases.count == 1 ? bases[0] : nil, method: method, ingredients: ingredients)
    let fileBases = try self.bases(of: sides, insteadOf: base)
    specification.filesBase = fileBases.count == 1 ? fileBases[0] : nil
    return (specification, notes)
  }

  /// An equal share for each of some models, whatever is checked out; the other files come from what is checked out and
  /// the models.
  package func soup(
    _ method: MergeSpecification.Method, of models: [ObjectID<Commit>]
  ) throws(StoreError) -> MergeSpecification {
    let sides = try graph.tips(of: [headCommitID()].compactMap(\.self) + models)
    var notes: [MergeNote] = []
    let ingredients = try leaves(of: models, method, [:], notes: &notes)
    let bases = try graph.mergeBases(of: ingredients.map(\.commit))
    var specification = MergeSpecification(
      kind: .merge, sides: sides, base: bases.count == 1 ? bases[0] : nil, method: method, ingredients: ingredients)
    let fileBases = try graph.mergeBases(of: sides)
    specification.filesBase = fileBases.count == 1 ? fileBases[0] : nil
    return specification
  }

  /// A method between a base and one model: what is checked out, or another base, and a revision.
  ///
  /// The revision may be an ancestor of what is checked out, and then part of the way is gone back.
  package func interpolation(
    _ method: MergeSpecification.Method, with revision: ObjectID<Commit>, base: ObjectID<Commit>?
  ) throws(StoreError) -> MergeSpecification {
    guard let head = try headCommitID() else {
      throw StoreError(.unbornBranch, "there is no commit to start from yet")
    }
    guard head != revision || base != nil else {
      throw StoreError(.nothingToCommit, "there is nothing between \(head.short) and itself")
    }
    var specification = MergeSpecification(
      kind: .merge, sides: [head, revision], base: base ?? head, method: method,
      ingredients: [Recipe.Ingredient(commit: revision, weight: 1)])
    let bases = try graph.mergeBases(of: [head, revision])
    specification.filesBase = bases.count == 1 ? bases[0] : nil
    return specification
  }

  /// The parents of the commit that a merge makes: its sides, but for one that what is checked out descends from.
  package func parents(of specification: MergeSpecification) throws(StoreError) -> [ObjectID<Commit>] {
    guard specification.isOfOneModel, let head = specification.sides.first else { return specification.sides }
    let graph = self.graph
    var parents = [head]
    for side in specification.sides.dropFirst() where try !graph.isAncestor(side, of: head) { parents.append(side) }
    return parents
  }

  /// The revisions and what is checked out, without those that others descend from.
  private func mergeTips(_ revisions: [ObjectID<Commit>]) throws(StoreError) -> [ObjectID<Commit>] {
    let tips = try graph.tips(of: [headCommitID()].compactMap(\.self) + revisions)
    guard tips.count > 1 else {
      throw StoreError(.nothingToCommit, "there is nothing to merge: only one tip, \(tips.first?.short ?? "none")")
    }
    return tips
  }

  private func bases(
    of tips: [ObjectID<Commit>], insteadOf given: ObjectID<Commit>?
  ) throws(StoreError) -> [ObjectID<Commit>] {
    guard let given else { return try graph.mergeBases(of: tips) }
    return [given]
  }

  private func onlyBase(of tips: [ObjectID<Commit>]) throws(StoreError) -> ObjectID<Commit> {
    let bases = try graph.mergeBases(of: tips)
    guard let base = bases.first else {
      throw StoreError(.unrelatedHistories, "\(tips.map(\.short).joined(separator: ", ")) have no common ancestor")
    }
    guard bases.count == 1 else {
      throw StoreError(
        .severalMergeBases, "the branches have \(bases.count) merge bases, none of which is better than the others",
        subjects: bases.map(\.hex))
    }
    return base
  }

  /// The models that soups are made of, sorted by id; without those that others descend from.
  private func leaves(
    of tips: [ObjectID<Commit>], _ method: MergeSpecification.Method, _ weights: [ObjectID<Commit>: Double],
    notes: inout [MergeNote]
  ) throws(StoreError) -> [Recipe.Ingredient] {
    let graph = self.graph
    var shares: [ObjectID<Commit>: Double] = [:]
    for tip in tips {
      let recipe = try graph.commit(tip).recipe
      let own = recipe.ingredients
      let isSoup = recipe.kind == .merge && recipe.details["kind"]?.stringValue ?? "merge" == "merge"
      guard isSoup, recipe.method == method.name, !own.isEmpty else {
        shares[tip, default: 0] = weights[tip] ?? 1
        continue
      }
      let parameters = recipe.details["parameters"] ?? .object([:])
      guard JSONMerge.areEquivalent(parameters, .object(method.parameters)) else {
        notes.append(.countsAsOne(tip))
        shares[tip] = weights[tip] ?? 1
        continue
      }
      let total = own.reduce(0) { $0 + $1.weight }
      for leaf in own {
        if let weight = weights[tip] {
          shares[leaf.commit, default: 0] += weight * leaf.weight / total
        } else {
          shares[leaf.commit] = leaf.weight
        }
      }
    }
    let newest = Set(try graph.tips(of: shares.keys.sorted()))
    return shares.filter { newest.contains($0.key) }.sorted { $0.key < $1.key }
      .map { Recipe.Ingredient(commit: $0.key, weight: $0.value) }
  }
}
