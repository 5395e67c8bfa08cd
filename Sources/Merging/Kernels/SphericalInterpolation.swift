/// The coefficients of spherical linear interpolation between vectors a and b that enclose the angle Ω:
/// sin((1 − t)Ω)/sin Ω for a, sin(tΩ)/sin Ω for b. They stand before the raw vectors, so lengths are interpolated too.
///
/// Where the angle says nothing (a vector is zero, or something is not finite) and where it is too small or too near π to
/// divide by its sine, the coefficients are those of the straight line: 1 − t and t.
enum SphericalInterpolation {
  /// - Parameter isCollinear: whether vectors with that cosine are taken for parallel.
  static func coefficients(
    cosine: Double?, t: Double, isCollinear: (Double) -> Bool
  ) -> (a: Double, b: Double) {
    guard let cosine, !isCollinear(cosine) else { return (1 - t, t) }
    let angle = Angle.arcCosine(cosine)
    let sine = Angle.sine(angle)
    return (Angle.sine((1 - t) * angle) / sine, Angle.sine(t * angle) / sine)
  }
}
