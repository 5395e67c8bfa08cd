import Reports
import Testing

struct SparklineTests {
  @Test func valuesBecomeLevels() {
    #expect(Sparkline.text([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█")
    #expect(Sparkline.text([3, 3]) == "▄▄")
    #expect(Sparkline.text([1, .nan, 2, .infinity]) == "▁ █ ")
    #expect(Sparkline.text([]) == "" && Sparkline.text([.nan]) == " ")
    #expect(Sparkline.text([-1e308, 0, 1e308]) == "▁▅█")
    #expect(Sparkline.text([0, 5, 20], in: 0...10) == "▁▅█")
  }

  @Test func longRowsAreThinned() {
    #expect(Sparkline.thinned([1, 2, 3], to: 5) == [1, 2, 3])
    #expect(Sparkline.thinned([1, 3, 5, 7, 9], to: 2) == [2, 7])
  }
}
