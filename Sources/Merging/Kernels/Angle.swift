import Glibc

/// The C library's trigonometry under whole words.
enum Angle {
  static func arcCosine(_ value: Double) -> Double { acos(value) }
  static func cosine(_ angle: Double) -> Double { cos(angle) }
  static func sine(_ angle: Double) -> Double { sin(angle) }
}
