import Testing

/// One transcript for each command pins what it prints, where it prints it and its exit status.
struct TranscriptTests {
  @Test(arguments: Transcript.names)
  func transcript(_ name: String) throws {
    try Transcript(name).check()
  }

  @Test func everyCommandHasATranscript() throws {
    let commands = try CommandReference.commands().map(\.name).filter { !$0.isEmpty && !$0.contains(" ") }
    // Training prints times and accuracies: these are tested value by value.
    let exempt: Set<String> = ["finetune", "help"]
    for command in commands where !exempt.contains(command) {
      #expect(Transcript.names.contains(command), "Transcripts/\(command).transcript is missing")
    }
  }
}
