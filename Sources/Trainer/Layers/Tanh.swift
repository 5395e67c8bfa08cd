import Glibc

/// The hyperbolic tangent: y = tanh(x).
///
/// Gradient: 1 - tanh(x)².
/// DType: f32.
/// Source: torch.nn.Tanh.
package struct Tanh: Activation {
  package static let typeName = "Tanh"

  package init() {}
  package init(arguments: inout LayerArguments) throws {}

  func value(_ x: Float) -> Float { tanh(x) }

  func slope(_ x: Float) -> Float {
    let value = tanh(x)
    return 1 - value * value
  }
}
