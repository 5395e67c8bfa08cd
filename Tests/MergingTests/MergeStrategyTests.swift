import Merging
import Testing

struct MergeStrategyTests {
  @Test func readsSettings() throws {
    let strategy = try MergeStrategy(parsing: "task-arithmetic:lambda=0.5,weight=1,-2e-1,normalize=yes")
    #expect(strategy.recipe is TaskArithmetic)
    #expect(strategy.shared[TaskArithmetic.lambda] == 0.5)
    #expect(strategy.shared[TaskArithmetic.normalize])
    #expect(try strategy.modelParameters(count: 2).map { $0[.weight] } == [1, -0.2])
    #expect(strategy.description == "task-arithmetic:weight=1,-0.2,lambda=0.5,normalize=true")
    #expect(try MergeStrategy(parsing: strategy.description).description == strategy.description)
    #expect(try MergeStrategy(parsing: "ratatouille").description == "ratatouille")
    #expect(try MergeStrategy(parsing: "weighted:").description == "weighted")
  }

  @Test func oneValueIsForAllModels() throws {
    let strategy = try MergeStrategy(parsing: "weighted:weight=3")
    #expect(try strategy.modelParameters(count: 3).map { $0[.weight] } == [3, 3, 3])
    let none = try MergeStrategy(parsing: "weighted")
    #expect(try none.modelParameters(count: 2).map { $0[.weight] } == [1, 1])
    let two = try MergeStrategy(parsing: "weighted:weight=3,4")
    #expect(code { _ = try two.modelParameters(count: 3) } == .badParameter)
  }

  @Test func saysWhatIsWrong() throws {
    let wrong: [(String, MergeError.Code, String)] = [
      ("tie", .unknownRecipe, "there is no strategy 'tie'"),
      ("", .unknownRecipe, "there is no strategy ''"),
      (
        "task-arithmetic:lamda=1", .unknownParameter,
        "task-arithmetic has no parameter 'lamda': it has weight, lambda, normalize"
      ),
      ("ratatouille:weight=1", .unknownParameter, "ratatouille has no parameter 'weight': it has none"),
      ("weighted:normalize=maybe", .badParameter, "'normalize' is true or false, not 'maybe'"),
      ("weighted:weight=nan", .badParameter, "'weight' is a number, not 'nan'"),
      ("weighted:weight=1e999", .badParameter, "'weight' is a number, not 'inf'"),
      ("weighted:weight=,", .badParameter, "'' is no setting of weighted: write key=value"),
      ("weighted:1,2", .badParameter, "'1' is no setting of weighted: write key=value"),
      ("weighted:weight=1,weight=2", .badParameter, "'weight' is given twice"),
      ("weighted:normalize=true,false", .badParameter, "'normalize' takes one value, not 2"),
    ]
    for (text, code, message) in wrong {
      let error = #expect(throws: MergeError.self) { _ = try MergeStrategy(parsing: text) }
      #expect(error?.code == code, "\(text)")
      #expect(error?.message == message, "\(text)")
    }
  }

  @Test func namesCandidates() {
    let error = #expect(throws: MergeError.self) { _ = try MergeStrategy(parsing: "weighted:wieght=1") }
    #expect(error?.word == "wieght")
    #expect(error?.candidates == ["weight", "normalize"])
  }
}
