/// The rectified linear unit cut off at 6: y = min(max(x, 0), 6).
///
/// Gradient: dx = dy where 0 < x < 6, else 0.
/// Source: torch.nn.ReLU6.
package struct ReLU6: Activation {
  package static let typeName = "ReLU6"

  package init() {}
  package init(arguments: inout LayerArguments) throws {}

  func value(_ x: Float) -> Float { x < 0 ? 0 : x > 6 ? 6 : x }
  func slope(_ x: Float) -> Float { x <= 0 || x >= 6 ? 0 : 1 }
}
