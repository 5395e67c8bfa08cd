import Documents
import Foundation
import Testing
import Trainer

struct LossTests {
  private func evaluate(
    _ loss: any Loss, _ logits: [Float], _ targets: [Float], classCount: Int
  ) -> (losses: [SampleLoss], gradient: [Float]) {
    var gradient = [Float](repeating: 9, count: logits.count)
    let losses = logits.withUnsafeBufferPointer { logits in
      targets.withUnsafeBufferPointer { targets in
        gradient.withUnsafeMutableBufferPointer { gradient -> [SampleLoss] in
          guard let logits = logits.baseAddress, let targets = targets.baseAddress, let start = gradient.baseAddress
          else { return [] }
          return loss.evaluate(
            LossInput(
              logits: logits, targets: targets, sampleCount: gradient.count / classCount, classCount: classCount),
            gradient: start)
        }
      }
    }
    return (losses, gradient)
  }

  @Test func valuesAndGradientsMatchPyTorch() throws {
    for entry in try #require(try Golden.read("losses.json")["cases"]?.arrayValue) {
      let name = try #require(entry["name"]?.stringValue)
      let loss = try Samples.task("steps: 1\n" + #require(entry["task"]?.stringValue)).loss
      let classCount = Int(try #require(entry["classes"]?.integerValue))
      try loss.check(classCount: classCount)
      let (losses, gradient) = evaluate(
        loss, try Golden.floats(entry["logits"]), try Golden.floats(entry["targets"]), classCount: classCount)
      let share = losses.reduce(0) { $0 + $1.share }
      let mean = losses.reduce(0) { $0 + $1.value } / share
      let expected = try #require(entry["loss"]?.numberValue)
      #expect(abs(mean - expected) < 1e-6 * expected, "\(name)")
      let difference = relativeDifference(gradient.map { $0 / Float(share) }, try Golden.floats(entry["gradient"]))
      #expect(difference < 1e-6, "\(name)")
    }
  }

  @Test func crossEntropyOfKnownValues() {
    let (losses, gradient) = evaluate(CrossEntropy(), [0, 0, 0, 0], [0, 1, 1, 0], classCount: 2)
    #expect(losses.allSatisfy { abs($0.value - log(2)) < 1e-12 && $0.share == 1 })
    #expect(gradient == [0.5, -0.5, -0.5, 0.5])
  }

  @Test(arguments: [CrossEntropy(), BinaryCrossEntropy()] as [any Loss])
  func largeLogitsDoNotOverflow(loss: any Loss) {
    let (losses, gradient) = evaluate(loss, [1e30, -1e30, -1e30], [1, 0, 0], classCount: 3)
    #expect(losses == [SampleLoss(value: 0, share: 1)])
    #expect(gradient == [0, 0, 0])
  }

  @Test func crossEntropyOfAnImpossibleOtherClass() {
    let (losses, gradient) = evaluate(CrossEntropy(), [0, -.infinity], [1, 0], classCount: 2)
    #expect(losses[0].value == 0 && gradient == [0, 0])
  }

  @Test(arguments: [[Float.nan, 0], [0, .nan], [.infinity, 0]])
  func brokenLogitsGiveNaN(logits: [Float]) {
    #expect(evaluate(CrossEntropy(), logits, [0, 1], classCount: 2).losses[0].value.isNaN)
    #expect(!evaluate(BinaryCrossEntropy(), logits, [0, 1], classCount: 2).losses[0].value.isFinite)
    #expect(!evaluate(MeanSquaredError(), logits, [0, 1], classCount: 2).losses[0].value.isFinite)
  }

  @Test func classWeightsMustFitTheClasses() throws {
    let loss = try Samples.task("steps: 1\nloss: {name: cross-entropy, class-weights: [1, 2]}").loss
    expectTrainerError(.malformedTask, "2 class weights", "3 classes") { try loss.check(classCount: 3) }
  }
}
