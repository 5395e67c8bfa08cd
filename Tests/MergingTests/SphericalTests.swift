import Merging
import Tensors
import Testing

/// SLERP, NuSLERP, Multi-SLERP and the Karcher mean.
struct SphericalTests {
  @Test func slerpKeepsToTheCircle() throws {
    let merged = try merge([Model([1, 0], .f64), Model([0, 1], .f64)], by: "slerp:t=0.25").values
    #expect(abs(merged[0] - 0.9238795325112867) < 1e-15)
    #expect(abs(merged[1] - 0.3826834323650898) < 1e-15)
  }

  @Test func theEndsAreTheModels() throws {
    let models = [try Model([1, 0, .nan]), try Model([0, -0.0, 2])]
    for (strategy, source) in [
      ("slerp:t=0", 0), ("slerp:t=1", 1), ("nuslerp:weight=1,0", 0), ("nuslerp:weight=0,5", 1),
    ] {
      #expect(try merge(models, by: strategy).source == .model(source), "\(strategy)")
    }
  }

  @Test("opposite vectors are interpolated linearly", arguments: ["slerp", "nuslerp", "multislerp"])
  func oppositeVectors(name: String) throws {
    let models = [try Model([1, -2, 3]), try Model([-1, 2, -3])]
    #expect(try merge(models, by: name).values == [0, 0, 0])
  }

  @Test("zero vectors are interpolated linearly", arguments: ["slerp", "nuslerp"])
  func zeroVectors(name: String) throws {
    #expect(try merge([Model([0, 0]), Model([2, 4])], by: name).values == [1, 2])
  }

  @Test func nuslerpWithABaseTurnsChanges() throws {
    let base = try Model([10, 10], .f64)
    let merged = try merge([Model([11, 10], .f64), Model([10, 11], .f64)], base: base, by: "nuslerp").values
    #expect(abs(merged[0] - (10 + 0.5.squareRoot())) < 1e-14)
  }

  @Test func multislerpKeepsTheMeanLength() throws {
    let models = [try Model([3, 0, 0], .f64), try Model([0, 6, 0], .f64), try Model([0, 0, 9], .f64)]
    let merged = try merge(models, by: "multislerp").values
    #expect(merged.allSatisfy { abs($0 - 6 / 3.0.squareRoot()) < 1e-14 })
    #expect(code { _ = try merge(models, by: "multislerp:weight=1,-1,0") } == .badWeightSum)
    let without = try merge([models[0], Model([.nan, 1, 2], .f64)], by: "multislerp:weight=1,0")
    #expect(try without.values == [3, 0, 0])
  }

  @Test func karcherOfTwoIsTheMiddleOfTheArc() throws {
    let merged = try merge([Model([1, 0], .f64), Model([0, 1], .f64)], by: "karcher").values
    #expect(merged.allSatisfy { abs($0 - 0.5.squareRoot()) < 1e-14 })
  }

  /// The mean of three directions minimises the squared angles: nudged either way, their sum grows.
  @Test func karcherMinimisesSquaredAngles() throws {
    let angles = [0.1, 0.9, 2.0]
    let models = try angles.map { try Model([cosine($0), sine($0)], .f64) }
    let merged = try merge(models, by: "karcher:tol=1e-10,max-iter=100").values
    // On a circle the mean of the angles.
    #expect(abs(merged[0] - cosine(1)) < 1e-9 && abs(merged[1] - sine(1)) < 1e-9)
  }

  private func cosine(_ angle: Double) -> Double { CircularFunctions.cosine(angle) }
  private func sine(_ angle: Double) -> Double { CircularFunctions.sine(angle) }
}
