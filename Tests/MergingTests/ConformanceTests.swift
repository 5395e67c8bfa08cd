import Foundation
import Merging
import Tensors
import Testing

/// What every recipe must do, whatever it computes.
struct ConformanceTests {
  /// A recipe as a user writes it, with the parameters that it needs, and variants that take other ways through it.
  static let strategies = [
    "ratatouille", "weighted:weight=2", "weighted:normalize=false", "wise-ft:alpha=0.3", "model-stock",
    "model-stock:angle-per=filter", "task-arithmetic:lambda=0.7", "ties:density=0.3", "ties:density=0.3,scope=model",
    "ties:density=0.3,rescale=l1", "dare-linear:density=0.5", "dare-ties:density=0.5,rescale=l1", "della:density=0.5",
    "della:density=0.5,rescale=l1", "della-linear:density=0.5", "breadcrumbs:density=0.6,gamma=0.1",
    "breadcrumbs-ties:density=0.6,gamma=0.1", "slerp:t=0.3", "nuslerp", "nuslerp:flatten=false",
    "nuslerp:flatten=false,row-wise=true", "multislerp", "karcher", "sce", "sce:select-topk=0.3", "ram", "ramplus",
    "ramplus-tl", "nearswap:t=0.1", "arcee-fusion", "passthrough", "passthrough:scale=2", "fisher", "regmean", "emr",
    "emr:reconstruct=1",
  ]

  private static func recipe(_ strategy: String) throws -> any MergeRecipe {
    try MergeStrategy(parsing: strategy).recipe
  }

  /// As many models as the recipe takes, three at most.
  private static func models(_ strategy: String, _ make: (Int) throws -> Model) throws -> [Model] {
    try (0..<min(3, recipe(strategy).modelCount.upperBound)).map(make)
  }

  /// Whether the recipe leaves tensors alone that are equal everywhere.
  private static func keepsEqual(_ strategy: String) -> Bool {
    !["weighted:normalize=false", "passthrough:scale=2"].contains(strategy)
  }

  @Test func everyRecipeIsInTheTable() throws {
    let names = try Set(ConformanceTests.strategies.map { try ConformanceTests.recipe($0).name })
    // LoRA applies adapters, not models: AdaptedTensorTests.
    #expect(names == Set(MergeRecipes.all.map(\.name)).subtracting(["lora"]))
  }

  @Test("describes itself", arguments: strategies)
  func describesItself(strategy: String) throws {
    let recipe = try ConformanceTests.recipe(strategy)
    #expect(!recipe.summary.isEmpty && recipe.summary.count < 100)
    #expect(recipe.name == recipe.name.lowercased())
    #expect(Set(recipe.parameters.map(\.name)).count == recipe.parameters.count)
    let keys = recipe.parameters.compactMap(\.mergekitKey)
    #expect(Set(keys).count == keys.count)
    for spec in recipe.parameters {
      #expect(!spec.summary.isEmpty && !spec.name.contains("_"))
      if let value = spec.defaultValue { #expect(try spec.parse(value.text) == value, "\(spec.name)") }
      if let value = spec.mergekitDefault { #expect(try spec.parse(value.text) == value, "\(spec.name)") }
    }
    #expect(try MergeStrategy(parsing: strategy).description == strategy)
  }

  @Test("hands equal tensors on", arguments: strategies)
  func equalTensors(strategy: String) throws {
    let model = try Model([1.5, -2, 0, .nan, 3, -0.0], .bf16)
    let models = try ConformanceTests.models(strategy) { _ in model }
    let merged = try merge(models, base: model, by: strategy, shape: [2, 3])
    if ConformanceTests.keepsEqual(strategy) {
      #expect(merged.bytes == model.bytes)
      #expect(merged.source != nil)
    } else {
      #expect(merged.status == .combined)
      #expect(try merged.values[0] == 1.5 * (strategy == "passthrough:scale=2" ? 2 : 3))
    }
  }

  @Test("gives the same bits for any cut and any number of threads", arguments: strategies)
  func cutsAndThreads(strategy: String) throws {
    // More than two cells of the grid, rows that straddle them.
    let shape = [3, 51_001]
    let count = shape[0] * shape[1]
    let random = CounterRandom(seed: 3, stream: strategy)
    for dtype in [DType.f32, .bf16] {
      let base = (0..<count).map { random.uniform(at: UInt64($0)) - 0.5 }
      let models = try ConformanceTests.models(strategy) { model in
        try Model(
          base.indices.map { base[$0] + 0.1 * (random.uniform(at: UInt64((model + 1) * count + $0)) - 0.5) }, dtype)
      }
      let origin = try Model(base, dtype)
      let whole = try merge(models, base: origin, by: strategy, shape: shape)
      #expect(!whole.bytes.allSatisfy { $0 == 0xEE })
      #expect(whole.count.isZero)
      let cut = try merge(models, base: origin, by: strategy, shape: shape, step: 30_011, on: twoThreads)
      #expect(cut.bytes == whole.bytes, "\(dtype)")
    }
  }

  @Test("loses no number that is not finite", arguments: strategies)
  func nonFinite(strategy: String) throws {
    // Enough elements that those are not the largest changes of all alone.
    for (bad, dtype) in [(Double.nan, DType.f32), (.infinity, .f32), (-.infinity, .bf16), (.nan, .f16)] {
      let random = CounterRandom(seed: 5, stream: 0)
      let base = try Model((0..<24).map { random.normal(at: $0) }, dtype)
      let models = try ConformanceTests.models(strategy) { model in
        var values = (0..<24).map { random.normal(at: UInt64(100 * (model + 1) + $0)) }
        if model == 0 { for index in [3, 10, 20] { values[index] = bad } }
        return try Model(values, dtype)
      }
      let merged = try merge(models, base: base, by: strategy, shape: [4, 6])
      for index in [3, 10, 20] { #expect(try !merged.values[index].isFinite, "element \(index)") }
      #expect(merged.count.overflowed == 0)
      #expect(merged.count.nan + merged.count.infinite >= 3)
    }
  }

  @Test("merges all-zero tensors, scalars and rows of one", arguments: strategies)
  func degenerate(strategy: String) throws {
    for (count, shape) in [(6, [2, 3]), (1, []), (4, [4, 1]), (4, [1, 4]), (12, [1, 2, 2, 3])] as [(Int, [Int])] {
      let zero = try Model([Double](repeating: 0, count: count))
      let other = try Model((0..<count).map { Double($0) - 1.5 })
      let zeros = try ConformanceTests.models(strategy) { _ in zero }
      #expect(try merge(zeros, base: zero, by: strategy, shape: shape).values.allSatisfy { $0 == 0 })
      let first = try ConformanceTests.models(strategy) { $0 == 0 ? other : zero }
      #expect(try merge(first, base: zero, by: strategy, shape: shape).count.isZero)
      let last = try ConformanceTests.models(strategy) { $0 == 0 ? zero : other }
      #expect(try merge(last, base: other, by: strategy, shape: shape).count.isZero)
    }
  }

  @Test("never computes with integers", arguments: strategies)
  func integers(strategy: String) throws {
    for dtype in [DType.u8, .i64, .bool] { try integers(strategy, dtype) }
  }

  private func integers(_ strategy: String, _ dtype: DType) throws {
    let width = dtype.byteWidth ?? 1
    func model(_ values: [UInt8]) -> Model {
      Model(bytes: values.flatMap { [$0] + [UInt8](repeating: 0, count: width - 1) }, dtype: dtype)
    }
    let old = model([1, 0, 1])
    let new = model([1, 0, 0])
    let same = try ConformanceTests.models(strategy) { _ in old }
    #expect(try merge(same, base: old, by: strategy).bytes == old.bytes)
    let one = try ConformanceTests.models(strategy) { $0 == 0 ? new : old }
    #expect(try merge(one, base: old, by: strategy).bytes == new.bytes)
    guard same.count > 1 else { return }
    let two = try ConformanceTests.models(strategy) { $0 == 0 ? new : model([0, 0, 0]) }
    #expect(code { _ = try merge(two, base: old, by: strategy) } == .conflict)
    let truth = Model(bytes: [0, 1, 1], dtype: dtype == .bool ? .u8 : .bool)
    #expect(code { _ = try merge(two.dropLast() + [truth], base: old, by: strategy) } == .conflict)
  }

  @Test("copies empty tensors", arguments: strategies)
  func empty(strategy: String) throws {
    let models = try ConformanceTests.models(strategy) { _ in try Model([]) }
    #expect(try merge(models, base: Model([]), by: strategy, shape: [0, 5]).status == .empty)
  }

  @Test("says what is missing", arguments: strategies)
  func missing(strategy: String) throws {
    let recipe = try ConformanceTests.recipe(strategy)
    let models = try ConformanceTests.models(strategy) { try Model([Double($0)]) }
    if recipe.base == .required { #expect(code { _ = try merge(models, by: strategy) } == .baseRequired) }
    let base = try Model([5])
    if recipe.modelCount.upperBound < 4 {
      #expect(code { _ = try merge(models + models + models, base: base, by: strategy) } == .modelCountMismatch)
    }
    if recipe.modelCount.lowerBound > 1 {
      #expect(code { _ = try merge([models[0]], base: base, by: strategy) } == .modelCountMismatch)
    }
    #expect(code { _ = try merge([], base: base, by: strategy) } == .noIngredients)
  }

  @Test("rounds once to the type that is asked for", arguments: strategies)
  func resultType(strategy: String) throws {
    let random = CounterRandom(seed: 9, stream: 0)
    let base = try Model((0..<12).map { random.normal(at: $0) })
    let models = try ConformanceTests.models(strategy) { model in
      try Model((0..<12).map { random.normal(at: UInt64(50 * (model + 1) + $0)) })
    }
    let wide = try merge(models, base: base, by: strategy, as: .f64, shape: [3, 4])
    for dtype in [DType.f32, .bf16, .f16] {
      let narrow = try merge(models, base: base, by: strategy, as: dtype, shape: [3, 4])
      #expect(narrow.bytes == (try FloatConversion.bytes(wide.values, as: dtype)), "\(dtype)")
    }
  }
}
