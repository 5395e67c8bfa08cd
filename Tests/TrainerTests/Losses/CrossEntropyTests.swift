import Foundation
import Testing
import Trainer

struct CrossEntropyTests {
  private func evaluate(_ logits: [Float], _ labels: [Int32], scale: Float = 1) -> (loss: Double, gradient: [Float]) {
    var gradient = [Float](repeating: 9, count: logits.count)
    let loss = labels.withUnsafeBufferPointer {
      CrossEntropy().evaluate(
        logits: logits, labels: $0, classCount: logits.count / labels.count, scale: scale, gradient: &gradient)
    }
    return (loss, gradient)
  }

  @Test func knownValues() {
    let (loss, gradient) = evaluate([0, 0, 0, 0], [1, 0], scale: 0.5)
    #expect(abs(loss - 2 * log(2)) < 1e-12)
    #expect(gradient == [0.25, -0.25, -0.25, 0.25])
  }

  @Test func largeLogitsDoNotOverflow() {
    let (loss, gradient) = evaluate([1e30, -1e30, 0], [0])
    #expect(loss == 0)
    #expect(gradient == [0, 0, 0])
  }

  @Test(arguments: [[Float.nan, 0], [0, .nan], [.infinity, 0]])
  func brokenLogitsGiveNaN(logits: [Float]) {
    #expect(evaluate(logits, [1]).loss.isNaN)
  }
}
