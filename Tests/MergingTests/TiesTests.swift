import Merging
import Tensors
import Testing

struct TiesTests {
  @Test func trimsElectsAndAverages() throws {
    let base = try Model([0, 0, 0, 0])
    let models = [try Model([4, 1, -2, 0.5]), try Model([2, -3, -4, 0.1])]
    // Half of each is kept: (4, -2) and (-3, -4).
    #expect(try merge(models, base: base, by: "ties:density=0.5").values == [4, -3, -3, 0])
    #expect(try merge(models, base: base, by: "ties:density=0.5,normalize=false").values == [4, -3, -6, 0])
    #expect(try merge(models, base: base, by: "ties:density=0.5,lambda=2").values == [8, -6, -6, 0])
  }

  @Test func oneEntryIsAlwaysKept() throws {
    #expect(try merge([Model([1, 3, 2])], base: Model([0, 0, 0]), by: "ties:density=0.01").values == [0, 3, 0])
    let nothing = try merge([Model([1, 3, 2])], base: Model([0, 0, 0]), by: "ties:density=0")
    #expect(try nothing.values == [0, 0, 0])
  }

  @Test func oneModelUntrimmedComesOutAsItIs() throws {
    let model = try Model([1, -0.0, .nan, 3])
    let merged = try merge([model], base: Model([1, 1, 1, 1]), by: "ties:weight=0.3")
    #expect(merged.source == .model(0))
    #expect(merged.bytes == model.bytes)
  }

  /// Two tensors of one model, of which one changed much more.
  @Test func theScopeMayBeTheModel() throws {
    let base = try Model([0, 0, 0, 0])
    let small = try Model([0.1, 0.2, 0.3, 0.4])
    let large = try Model([1, 2, 3, 4])
    let strategy = try MergeStrategy(parsing: "ties:density=0.5,scope=model")
    let parameters = try strategy.modelParameters(count: 1)
    let inputs = try [("a", small), ("b", large)].map { name, model in
      try MergeInput(
        name: name, base: base.tensor(),
        models: [MergeInput.Model(model.tensor(), index: 0, parameters: parameters[0])],
        parameters: strategy.shared)
    }
    let engine = MergeEngine(strategy.recipe, executor: twoThreads)
    let survey = try engine.survey(inputs)
    let results = try inputs.map { input in
      let merge = try engine.prepare(input, survey: survey)
      var bytes = [UInt8](repeating: 0, count: 16)
      _ = try bytes.withUnsafeMutableBytes { try merge.combine(elements: 0..<4, into: $0) }
      return try FloatConversion.floats(bytes, as: .f32)
    }
    #expect(results == [[0, 0, 0, 0], [1, 2, 3, 4]])
    let perTensor = try merge([small], base: base, by: "ties:density=0.5").values
    #expect(perTensor.map { $0 == 0 } == [true, true, false, false])
  }

  /// Ties of equal magnitude go by the names of tensors, then of elements, in whatever order tensors come.
  @Test(arguments: [["a", "b"], ["b", "a"]])
  func equalMagnitudesOfSeveralTensorsGoInOrder(_ names: [String]) throws {
    let strategy = try MergeStrategy(parsing: "ties:density=0.4,scope=model")
    let parameters = try strategy.modelParameters(count: 1)
    let zeros = try Model([Double](repeating: 0, count: 100_000), .bf16)
    let ones = try Model([Double](repeating: 1, count: 100_000), .bf16)
    let inputs = try names.map { name in
      try MergeInput(
        name: name, base: zeros.tensor(),
        models: [MergeInput.Model(ones.tensor(), index: 0, parameters: parameters[0])],
        parameters: strategy.shared)
    }
    let engine = MergeEngine(strategy.recipe, executor: twoThreads)
    let survey = try engine.survey(inputs)
    for input in inputs {
      let expected = input.name == "a" ? 80_000 : 0
      let merge = try engine.prepare(input, survey: survey)
      var bytes = [UInt8](repeating: 0, count: 200_000)
      _ = try bytes.withUnsafeMutableBytes { try merge.combine(elements: 0..<100_000, into: $0) }
      let values = try FloatConversion.floats(bytes, as: .bf16)
      #expect(values.prefix(expected).allSatisfy { $0 == 1 } && values.dropFirst(expected).allSatisfy { $0 == 0 })
    }
  }
}
