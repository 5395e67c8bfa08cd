/// The memory of one slice of samples, laid out by a plan.
final class SliceMemory {
  let plan: MemoryPlan
  private let floats: FloatBuffer

  init(_ plan: MemoryPlan) {
    self.plan = plan
    floats = FloatBuffer(count: plan.floatCount)
  }

  func block(_ index: Int) -> UnsafeMutablePointer<Float> { floats.start + plan.offsets[index] }
  func value(_ value: Int) -> UnsafeMutablePointer<Float> { block(plan.values[value]) }
  func saved(_ operation: Int) -> UnsafeMutablePointer<Float> { block(plan.saved[operation]) }

  /// Where the caller puts the samples, each in the network's input shape.
  var input: UnsafeMutablePointer<Float> { value(0) }

  /// Where the last operation leaves its output.
  var output: UnsafeMutablePointer<Float> { value(plan.values.count - 1) }
}
