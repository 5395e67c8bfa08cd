/// Colours, only where a person sees them.
enum Style: String {
  case bold = "1"
  case red = "31"
  case green = "32"
  case yellow = "33"
  case cyan = "36"

  private static let isEnabled =
    Terminal.isOutputTerminal && Environment.variable("NO_COLOR") == nil
    && Environment.variable("TERM") != "dumb"

  func callAsFunction(_ text: String) -> String {
    Style.isEnabled ? "\u{1b}[\(rawValue)m\(text)\u{1b}[0m" : text
  }
}
