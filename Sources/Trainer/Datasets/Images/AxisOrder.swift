import Documents

/// In which order the axes of a rank-4 array of images stand.
enum AxisOrder: String, CaseIterable {
  /// [N, C, H, W], as PyTorch has them.
  case channelsFirst = "NCHW"
  /// [N, H, W, C], as files of images have them.
  case channelsLast = "NHWC"

  static func optional(_ yaml: YAMLMapping) throws -> AxisOrder? {
    guard let text = try yaml.optionalString("layout") else { return nil }
    guard let order = AxisOrder(rawValue: text) else { throw yaml.invalidValue(of: "layout", mustBe: "NCHW or NHWC") }
    return order
  }

  /// The order in which exactly one of the two axes could be channels: 1 to 4 of them.
  ///
  /// - Throws: `TrainerError` with code `malformedDescription` if both or neither could.
  static func inferred(_ dimensions: [Int], name: String) throws -> AxisOrder {
    switch ((1...4).contains(dimensions[1]), (1...4).contains(dimensions[3])) {
    case (true, false): return .channelsFirst
    case (false, true): return .channelsLast
    default:
      throw TrainerError(
        .malformedDescription,
        "\(name.quoted()) has images of shape \(dimensions): say \"layout: NCHW\" or \"layout: NHWC\"")
    }
  }
}
