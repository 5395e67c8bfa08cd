/// The memory one thread needs to run a network forward and backward on a shard of samples, allocated once.
final class Workspace {
  private let network: Network
  private let blas: BLAS
  let sampleLimit: Int

  private let activations: FloatBuffer
  private let saved: FloatBuffer
  private let temporary: FloatBuffer
  private let gradients: (FloatBuffer, FloatBuffer)
  /// Where each stage's output and saved values begin; the network's input begins at 0.
  private let outputOffsets: [Int]
  private let savedOffsets: [Int]

  /// - Throws: `TrainerError` with code `resourceLimit` if the shard would take gigabytes.
  init(_ network: Network, sampleLimit: Int, blas: BLAS) throws {
    var outputOffsets: [Int] = []
    var savedOffsets: [Int] = []
    var (outputOffset, savedCount, temporaryCount) = (0, 0, 0)
    var activationCount = network.chain.input.elementCount * sampleLimit
    var largest = activationCount
    for stage in network.stages {
      if !stage.isInPlace {
        outputOffset = activationCount
        activationCount += stage.outputShape.elementCount * sampleLimit
      }
      largest = max(largest, stage.outputShape.elementCount * sampleLimit)
      outputOffsets.append(outputOffset)
      savedOffsets.append(savedCount)
      savedCount += stage.layer.savedCount(for: stage.inputShape, sampleCount: sampleLimit)
      temporaryCount = max(
        temporaryCount, stage.layer.temporaryCount(for: stage.inputShape, sampleCount: sampleLimit))
    }
    let total = activationCount + savedCount + temporaryCount + 2 * largest
    guard total <= Self.limit else {
      throw TrainerError(
        .resourceLimit, "\(sampleLimit) samples need \(total) floats of working memory, more than \(Self.limit)")
    }
    self.network = network
    self.blas = blas
    self.sampleLimit = sampleLimit
    self.outputOffsets = outputOffsets
    self.savedOffsets = savedOffsets
    activations = FloatBuffer(count: activationCount)
    saved = FloatBuffer(count: savedCount)
    temporary = FloatBuffer(count: temporaryCount)
    gradients = (FloatBuffer(count: largest), FloatBuffer(count: largest))
  }

  /// Floats in one workspace.
  private static let limit = 1 << 29

  /// Where the caller puts the samples, each in `network.chain.input`'s shape.
  var input: UnsafeMutablePointer<Float> { activations.start }

  /// Where the last layer leaves its output.
  var output: UnsafePointer<Float> { UnsafePointer(activations.start + (outputOffsets.last ?? 0)) }

  /// Where the caller puts the gradient of the output before `backward`.
  var outputGradient: UnsafeMutablePointer<Float> { gradients.0.start }

  func forward(parameters: UnsafePointer<Float>, sampleCount: Int) {
    assert(sampleCount <= sampleLimit)
    for (index, stage) in network.stages.enumerated() {
      stage.layer.forward(
        ForwardPass(
          sampleCount: sampleCount, inputShape: stage.inputShape, outputShape: stage.outputShape,
          input: stageInput(index), output: activations.start + outputOffsets[index],
          parameters: parameters + stage.parameterOffset, saved: saved.start + savedOffsets[index],
          temporary: temporary.start, blas: blas))
    }
  }

  /// Overwrites `parameterGradient` with the gradient of whatever `outputGradient` is the gradient of.
  func backward(
    parameters: UnsafePointer<Float>, parameterGradient: UnsafeMutablePointer<Float>, sampleCount: Int
  ) {
    var (current, other) = (gradients.0.start, gradients.1.start)
    for (index, stage) in network.stages.enumerated().reversed() {
      let inputGradient = stage.isInPlace ? current : other
      stage.layer.backward(
        BackwardPass(
          sampleCount: sampleCount, inputShape: stage.inputShape, outputShape: stage.outputShape,
          input: stageInput(index), output: UnsafePointer(activations.start + outputOffsets[index]),
          parameters: parameters + stage.parameterOffset, saved: UnsafePointer(saved.start + savedOffsets[index]),
          temporary: temporary.start, outputGradient: UnsafePointer(current),
          inputGradient: index == 0 ? nil : inputGradient,
          parameterGradient: parameterGradient + stage.parameterOffset, blas: blas))
      if !stage.isInPlace { swap(&current, &other) }
    }
  }

  private func stageInput(_ index: Int) -> UnsafePointer<Float> {
    UnsafePointer(activations.start + (index == 0 ? 0 : outputOffsets[index - 1]))
  }
}
