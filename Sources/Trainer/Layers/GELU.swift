import Glibc

/// The Gaussian error linear unit: y = x Φ(x), with Φ(x) = (1 + erf(x / √2)) / 2, or with `"approximate": "tanh"`
/// Φ(x) = (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2.
///
/// Gradient: Φ(x) + x Φ'(x).
/// DType: f32.
/// Source: D. Hendrycks, K. Gimpel, "Gaussian error linear units", 2016; torch.nn.GELU.
package struct GELU: Activation {
  package static let typeName = "GELU"

  private let isApproximate: Bool

  package init(isApproximate: Bool = false) {
    self.isApproximate = isApproximate
  }

  package init(arguments: inout LayerArguments) throws {
    isApproximate = try arguments.string("approximate", default: "none", among: ["none", "tanh"]) == "tanh"
  }

  package var arguments: [LayerArgument] { isApproximate ? [.string("approximate", "tanh")] : [] }

  /// 1 / √2, 1 / √(2π) and √(2/π).
  private static let inverseRoot: Float = 0.70710678
  private static let density: Float = 0.39894228
  private static let root: Float = 0.79788456
  private static let cubic: Float = 0.044715

  func value(_ x: Float) -> Float {
    guard isApproximate else { return 0.5 * x * (1 + erf(x * Self.inverseRoot)) }
    return 0.5 * x * (1 + tanh(Self.root * (x + Self.cubic * x * x * x)))
  }

  func slope(_ x: Float) -> Float {
    guard isApproximate else {
      return 0.5 * (1 + erf(x * Self.inverseRoot)) + x * Self.density * exp(-0.5 * x * x)
    }
    let share = tanh(Self.root * (x + Self.cubic * x * x * x))
    return 0.5 * (1 + share) + 0.5 * x * (1 - share * share) * Self.root * (1 + 3 * Self.cubic * x * x)
  }
}
