import Foundation
import Reports
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

struct JUnitReportTests {
  @Test func casesAreCountedAndEscaped() {
    let report = JUnitReport(
      name: "certificates",
      cases: [
        .init(className: "a.main", name: "accuracy", ending: .passed, output: "71 % < 75 % & \"so\""),
        .init(className: "a.main", name: "log-loss", ending: .failed("rose\nby \u{1b}1")),
        .init(className: "b.main", name: "accuracy", ending: .skipped("undecided")),
      ])
    #expect(
      report.text == """
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites tests="3" failures="1" errors="0" skipped="1">
          <testsuite name="certificates" tests="3" failures="1" errors="0" skipped="1">
            <testcase classname="a.main" name="accuracy">
              <system-out>71 % &lt; 75 % &amp; &quot;so&quot;</system-out>
            </testcase>
            <testcase classname="a.main" name="log-loss">
              <failure message="rose&#10;by \u{FFFD}1"/>
            </testcase>
            <testcase classname="b.main" name="accuracy">
              <skipped message="undecided"/>
            </testcase>
          </testsuite>
        </testsuites>

        """)
    let parser = XMLParser(data: Data(report.text.utf8))
    #expect(parser.parse())
  }
}
