import Merging
import Testing

struct BreadcrumbsTests {
  private let base = try? Model([Double](repeating: 0, count: 10))
  private let model = try? Model([1, -2, 3, -4, 5, -6, 7, -8, 9, -10])

  private func kept(_ settings: String) throws -> [Double] {
    try merge([#require(model)], base: base, by: "breadcrumbs:\(settings)").values.filter { $0 != 0 }
  }

  @Test func dropsBothEnds() throws {
    #expect(try kept("density=0.5,gamma=0.1") == [5, -6, 7, -8, 9])
    #expect(try kept("density=0.5,gamma=0") == [-6, 7, -8, 9, -10])
    // Not enough small ones: fewer large ones go.
    #expect(try kept("density=0.9,gamma=0.5") == [1, -2, 3, -4, 5, -6, 7, -8, 9])
    #expect(try kept("density=1,gamma=0.5").count == 10)
    #expect(try kept("density=0,gamma=0.1").isEmpty)
  }

  @Test func electsSigns() throws {
    let other = try Model([0, 2, -9, 0, 0, 0, 0, 0, 0, 0])
    let merged = try merge([#require(model), other], base: base, by: "breadcrumbs-ties").values
    #expect(Array(merged.prefix(3)) == [1, 2, -9])
  }
}
