import Testing
import Trainer

struct BatchLoaderTests {
  /// Rows of two numbers, the row's and the draw of its augmentation; row 6 cannot be read.
  private struct Numbers: ExampleSource {
    let inputShape = ActivationShape.features(2)
    let labels = (0..<20).map { Int32($0 % 3) }
    let domains = (0..<20).map { Int32($0 % 2) }
    let brokenRow: Int?

    func copyInput(row: Int, augmentation: Augmentation?, into target: UnsafeMutablePointer<Float>) throws {
      if row == brokenRow { throw TrainerError(.ioFailure, "row \(row)") }
      target[0] = Float(row)
      target[1] = augmentation.map { Float($0.epoch) + Float($0.seed) / 16 } ?? -1
    }
  }

  private struct Taken: Equatable {
    let labels: [Int32]
    let domains: [Int32]
    let inputs: [Float]
  }

  private func take(
    steps: Range<Int>, brokenRow: Int? = nil, seed: UInt64? = 5, threadCount: Int = 1
  ) throws -> [Taken] {
    let order = BatchOrder(seed: 2, rowCount: 20, batchSize: 9)
    let loader = BatchLoader(
      Numbers(brokenRow: brokenRow), order: order, augmentationSeed: seed, steps: steps, threadCount: threadCount)
    var taken: [Taken] = []
    while let batch = try loader.next() {
      let inputs = (0..<batch.count).flatMap { [batch.input($0)[0], batch.input($0)[1]] }
      taken.append(Taken(labels: batch.labels, domains: batch.domains, inputs: inputs))
    }
    return taken
  }

  @Test func batchesHoldTheRowsOfTheOrder() throws {
    var order = BatchOrder(seed: 2, rowCount: 20, batchSize: 9)
    let taken = try take(steps: 0..<6)
    #expect(taken.count == 6)
    for (step, batch) in taken.enumerated() {
      let rows = order.rows(step: step)
      #expect(batch.labels == rows.map { Int32($0.row % 3) })
      #expect(batch.domains == rows.map { Int32($0.row % 2) })
      let inputs = rows.flatMap { row -> [Float] in [Float(row.row), Float(row.epoch) + 0.3125] }
      #expect(batch.inputs == inputs)
    }
    let evaluated = try take(steps: 0..<2, seed: nil)
    for batch in evaluated {
      for position in 0..<9 { #expect(batch.inputs[2 * position + 1] == -1) }
    }
  }

  @Test(arguments: [1, 2, 8])
  func threadsAndTheFirstStepMakeNoDifference(threadCount: Int) throws {
    let all = try take(steps: 0..<6)
    #expect(try take(steps: 0..<6, threadCount: threadCount) == all)
    #expect(try take(steps: 3..<6, threadCount: threadCount) == Array(all[3...]))
    #expect(try take(steps: 4..<4).isEmpty)
  }

  @Test func aRowThatCannotBeReadStopsAtItsStep() throws {
    var order = BatchOrder(seed: 2, rowCount: 20, batchSize: 9)
    let step = try #require((0..<3).first { order.rows(step: $0).contains { $0.row == 6 } })
    let loader = BatchLoader(
      Numbers(brokenRow: 6), order: order, augmentationSeed: nil, steps: 0..<6, threadCount: 2)
    for _ in 0..<step { #expect(try loader.next() != nil) }
    for _ in 0..<2 { expectTrainerError(.ioFailure, "row 6") { _ = try loader.next() } }
  }

  @Test func aLoaderMayBeDroppedWhileItWorks() throws {
    for _ in 0..<50 {
      _ = try BatchLoader(
        Numbers(brokenRow: nil), order: BatchOrder(seed: 2, rowCount: 20, batchSize: 9), augmentationSeed: nil,
        steps: 0..<6
      ).next()
    }
  }
}
