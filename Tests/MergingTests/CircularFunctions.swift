import Foundation

/// The C library's sine and cosine.
enum CircularFunctions {
  static func cosine(_ angle: Double) -> Double { cos(angle) }
  static func sine(_ angle: Double) -> Double { sin(angle) }
}
