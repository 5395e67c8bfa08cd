import Testing

/// One session for each command pins what it prints, where it prints it and its exit status.
struct SessionTests {
  @Test(arguments: Session.names)
  func session(_ name: String) throws {
    try Session(name).check()
  }

  @Test func everyCommandHasASession() throws {
    let commands = try CommandReference.commands().map(\.name).filter { !$0.isEmpty && !$0.contains(" ") }
    // Training prints times and accuracies: these are tested value by value.
    let exempt: Set<String> = ["finetune", "help"]
    for command in commands where !exempt.contains(command) {
      #expect(Session.names.contains(command), "Sessions/\(command).session is missing")
    }
  }
}
