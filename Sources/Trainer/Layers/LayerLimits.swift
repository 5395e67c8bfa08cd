/// Bounds on layers, low enough that no product of a shape's numbers overflows 64 bits before it is checked.
enum LayerLimits {
  /// Kernel sizes, strides, paddings and dilations.
  static let kernelSize = 1 << 10
  static let channels = 1 << 16
  static let features = 1 << 24
  /// Positions of an input sequence.
  static let sequenceLength = 1 << 20
  /// Height and width of an input image.
  static let imageSide = 1 << 14
  /// Floats of one sample between two layers, or kept by one layer.
  static let activations = 1 << 26
  /// Floats in all parameters of a network.
  static let parameters = 1 << 30
  static let layers = 1000
}
