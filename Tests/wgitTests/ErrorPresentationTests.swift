import Checkpoints
import Documents
import Merging
import Tensors
import Testing
import Trainer
import WeightStore
import wgit

/// Every fault a library can report has an exit status of its own choice, and its hint names commands that exist.
struct ErrorPresentationTests {
  @Test func everyStoreErrorIsPresented() throws {
    for code in StoreError.Code.allCases {
      try check(StoreError(code, "'main' is the matter", subjects: ["main"]), "StoreError.\(code)")
    }
  }

  @Test func everyTrainerErrorIsPresented() throws {
    for code in TrainerError.Code.allCases { try check(TrainerError(code, "the matter"), "TrainerError.\(code)") }
  }

  @Test func everyCommandErrorIsPresented() throws {
    for code in CommandError.Code.allCases { try check(CommandError(code, "the matter"), "CommandError.\(code)") }
  }

  @Test func everyMergeErrorIsPresented() throws {
    for code in MergeError.Code.allCases { try check(MergeError(code, "the matter"), "MergeError.\(code)") }
    let misspelt = MergeError(
      .unknownParameter, "ties has no parameter 'densty'", word: "densty", candidates: ["density"])
    #expect(ErrorPresentation.present(misspelt)?.hint == "did you mean 'density'?")
  }

  @Test func faultsOfTheReadersAreInvalidData() throws {
    let misspelt = DocumentError(.unknownKey, "unknown key \"datta\"", key: "datta", knownKeys: ["data", "steps"])
    let shown = try #require(ErrorPresentation.present(misspelt))
    #expect(shown.status == .invalidData)
    #expect(shown.hint == "did you mean 'data'?")
  }

  private static let expectedStatuses: [(StoreError.Code, Int32)] = [
    (.notARepository, 66), (.unknownRevision, 66), (.unbornBranch, 66), (.malformedFile, 65),
    (.corruptPack, 65), (.unsafePath, 65), (.invalidName, 64), (.nothingToCommit, 1), (.mergeConflict, 1), (.busy, 75),
    (.diskFull, 74), (.outcomeUnknown, 74), (.permissionDenied, 77), (.foreignOwner, 77),
  ]

  /// Scripts decide by the status what to do about an error.
  @Test(arguments: expectedStatuses)
  func statuses(_ code: StoreError.Code, _ status: Int32) throws {
    #expect(try #require(ErrorPresentation.present(StoreError(code, "the matter"))).status.rawValue == status)
  }

  @Test func exitStatusesAreThoseOfTheHelp() throws {
    let help = try CommandReference.help("")
    for status in wgit.ExitStatus.allCases {
      #expect(help.contains("\n  \(status.rawValue) "), "exit status \(status.rawValue) is not in wgit --help")
    }
  }

  private func check(_ error: any Error, _ name: String) throws {
    let shown = try #require(ErrorPresentation.present(error), "\(name) is not presented")
    #expect(shown.status != .success, "\(name)")
    #expect(shown.status != .bug, "\(name)")
    #expect(!shown.message.isEmpty, "\(name)")
    let commands = Set(try CommandReference.commands().map(\.name))
    for part in (shown.hint ?? "").split(separator: "wgit ", omittingEmptySubsequences: false).dropFirst() {
      let word = part.prefix { $0.isLetter || $0 == "-" }
      #expect(commands.contains(String(word)), "\(name): the hint '\(shown.hint ?? "")' names no command")
    }
  }
}
