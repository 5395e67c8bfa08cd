import Glibc

/// The sigmoid linear unit: y = x σ(x), with σ(x) = 1 / (1 + exp(-x)).
///
/// Gradient: σ(x) (1 + x (1 - σ(x))).
/// DType: f32.
/// Source: S. Elfwing et al., "Sigmoid-weighted linear units", Neural Networks 107, 2018; torch.nn.SiLU.
package struct SiLU: Activation {
  package static let typeName = "SiLU"

  package init() {}
  package init(arguments: inout LayerArguments) throws {}

  func value(_ x: Float) -> Float { x / (1 + exp(-x)) }

  func slope(_ x: Float) -> Float {
    let share = 1 / (1 + exp(-x))
    return share * (1 + x * (1 - share))
  }
}
