import Testing
import WeightStore

/// Expects a `StoreError` with this code; hands it on for a closer look.
@discardableResult
func expectError(
  _ code: StoreError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> StoreError? {
  do {
    try body()
    Issue.record("no error, expected \(code)", sourceLocation: sourceLocation)
  } catch let error as StoreError {
    #expect(error.code == code, "\(error.message)", sourceLocation: sourceLocation)
    return error
  } catch {
    Issue.record("\(error), expected \(code)", sourceLocation: sourceLocation)
  }
  return nil
}
