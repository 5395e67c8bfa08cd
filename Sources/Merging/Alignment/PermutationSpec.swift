/// Which axes of a network's tensors may be reordered together without changing what it computes.
///
/// All axes with the same permutation move together: the outputs of a layer, what follows them channel by channel (biases,
/// normalisation), and the inputs of the next layer.
package struct PermutationSpec: Hashable, Sendable {
  /// One axis of a tensor.
  package struct Axis: Hashable, Sendable {
    /// `nil` for an axis whose order means something: pixels, classes.
    package let permutation: String?
    /// Consecutive indices that move as one: the pixels of a channel, where a convolution is flattened.
    package let blockCount: Int

    package init(_ permutation: String?, blockCount: Int = 1) {
      self.permutation = permutation
      self.blockCount = max(1, blockCount)
    }
  }

  /// By tensor, one per axis.
  package let axes: [String: [Axis]]
  /// Permutations in the order in which they are sought.
  package let permutations: [String]

  package init(_ axes: [String: [Axis]], order: [String]) {
    self.axes = axes
    permutations = order
  }

  /// A layer of a network whose layers follow each other.
  package enum Layer: Hashable, Sendable {
    /// `weight` [out, in], `bias` [out].
    case linear(name: String, hasBias: Bool)
    /// `weight` [out, in, height, width], `bias` [out].
    case convolution(name: String, hasBias: Bool)
    /// `weight`, `bias`, `running_mean`, `running_var`, one number per channel.
    case normalization(name: String)
    /// Rows and columns of a channel become consecutive inputs; how many there are.
    case flatten(pixelCount: Int)
  }

  /// The outputs of every layer with weights but the last may be reordered, and with them what follows.
  ///
  /// Layers without parameters (activations, pooling) need not be named. Not for layers that mix channels in groups.
  package init(sequential layers: [Layer]) {
    var axes: [String: [Axis]] = [:]
    var order: [String] = []
    var inputs = Axis(nil)
    let last = layers.lastIndex { if case .linear = $0 { true } else if case .convolution = $0 { true } else { false } }
    for (index, layer) in layers.enumerated() {
      switch layer {
      case .linear(let name, let hasBias), .convolution(let name, let hasBias):
        let outputs = Axis(index == last ? nil : name)
        if let permutation = outputs.permutation { order.append(permutation) }
        var ofWeight = [outputs, inputs]
        if case .convolution = layer { ofWeight += [Axis(nil), Axis(nil)] }
        axes["\(name).weight"] = ofWeight
        if hasBias { axes["\(name).bias"] = [outputs] }
        inputs = outputs
      case .normalization(let name):
        for tensor in ["weight", "bias", "running_mean", "running_var"] { axes["\(name).\(tensor)"] = [inputs] }
      case .flatten(let pixelCount):
        inputs = Axis(inputs.permutation, blockCount: pixelCount * inputs.blockCount)
      }
    }
    self.axes = axes
    permutations = order
  }
}
