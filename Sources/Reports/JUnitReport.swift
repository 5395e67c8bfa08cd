/// Test cases as JUnit's XML, which most servers of continuous integration show.
///
/// Text that XML cannot hold (control characters) becomes U+FFFD.
package struct JUnitReport: Sendable, Equatable {
  package struct Case: Sendable, Equatable {
    package enum Ending: Sendable, Equatable {
      case passed
      case failed(String)
      case skipped(String)
    }

    package let className: String
    package let name: String
    package let ending: Ending
    /// What it printed.
    package let output: String

    package init(className: String, name: String, ending: Ending, output: String = "") {
      self.className = className
      self.name = name
      self.ending = ending
      self.output = output
    }
  }

  package let name: String
  package let cases: [Case]

  package init(name: String, cases: [Case]) {
    self.name = name
    self.cases = cases
  }

  package var text: String {
    let failureCount = cases.count { if case .failed = $0.ending { true } else { false } }
    let skippedCount = cases.count { if case .skipped = $0.ending { true } else { false } }
    let counts = "tests=\"\(cases.count)\" failures=\"\(failureCount)\" errors=\"0\" skipped=\"\(skippedCount)\""
    var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites \(counts)>"]
    lines.append("  <testsuite name=\"\(Self.escape(name))\" \(counts)>")
    for item in cases { lines += Self.lines(item) }
    return (lines + ["  </testsuite>", "</testsuites>", ""]).joined(separator: "\n")
  }

  private static func lines(_ item: Case) -> [String] {
    var lines = ["    <testcase classname=\"\(escape(item.className))\" name=\"\(escape(item.name))\">"]
    switch item.ending {
    case .passed: break
    case .failed(let message): lines.append("      <failure message=\"\(escape(message))\"/>")
    case .skipped(let message): lines.append("      <skipped message=\"\(escape(message))\"/>")
    }
    if !item.output.isEmpty { lines.append("      <system-out>\(escape(item.output))</system-out>") }
    return lines + ["    </testcase>"]
  }

  private static func escape(_ text: String) -> String { Markup.escape(text, inAttribute: true) }
}
