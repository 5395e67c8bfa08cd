import Documents

/// A loss of logits against targets. Adding one is one file in `Losses` with its test and one line in `LossRegistry`.
///
/// Targets are a matrix of the logits' shape: 1 for a sample's class and 0 for the others, or what mixing samples makes
/// of that.
package protocol Loss: Sendable {
  /// The name in tasks and recipes.
  static var name: String { get }

  /// With the settings it has unless given.
  init()

  /// Reads the settings beside the name.
  init(yaml: YAMLMapping) throws

  /// The settings beside the name, for a recipe.
  var settings: [JSONObject.Member] { get }

  /// - Throws: `TrainerError` with code `malformedTask` if the settings do not fit so many classes.
  func check(classCount: Int) throws

  /// Writes the gradient of each sample's loss by its logits, and returns the samples' losses.
  ///
  /// Shapes: gradient [sampleCount, classCount]. Runs on one thread in sample order.
  func evaluate(_ batch: LossInput, gradient: UnsafeMutablePointer<Float>) -> [SampleLoss]
}

extension Loss {
  package var settings: [JSONObject.Member] { [] }
  package func check(classCount: Int) throws {}

  package var json: JSONValue {
    .object(JSONObject([(key: "name", value: .string(Self.name))] + settings))
  }
}

/// Logits and what they should be, of some samples.
package struct LossInput {
  /// [sampleCount, classCount].
  let logits: UnsafePointer<Float>
  /// [sampleCount, classCount].
  let targets: UnsafePointer<Float>
  let sampleCount: Int
  let classCount: Int

  package init(
    logits: UnsafePointer<Float>, targets: UnsafePointer<Float>, sampleCount: Int, classCount: Int
  ) {
    self.logits = logits
    self.targets = targets
    self.sampleCount = sampleCount
    self.classCount = classCount
  }
}

/// One sample's part of a batch's mean loss, which is the sum of the values over the sum of the shares.
package struct SampleLoss: Sendable, Equatable {
  package let value: Double
  package let share: Double

  package init(value: Double, share: Double) {
    self.value = value
    self.share = share
  }
}
