/// A penalty that is weak, or left out, for the first steps.
///
/// At the step at which the penalty sets in, the optimizer forgets its earlier steps: Adam's moments do not suit the
/// sudden change of the gradient's size.
struct Annealing: Sendable {
  let stepCount: Int
  let before: Double
  let after: Double

  init(_ settings: NamedSettings, before: Double) {
    // As far as a step can be counted.
    stepCount = Int(min(settings["anneal-steps"], Double(TrainingTask.stepLimit)))
    self.before = before
    after = settings["lambda"]
  }

  func weight(step: Int) -> Double { step >= stepCount ? after : before }
  func resetsOptimizer(step: Int) -> Bool { step == stepCount }
}
