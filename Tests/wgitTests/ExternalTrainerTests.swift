import Foundation
import Testing

/// Training by other programs: the contract of docs/external-trainers.md.
struct ExternalTrainerTests {
  private let project: BlockProject

  init() throws {
    project = try BlockProject()
    // Changes the last byte of the weights, and tells of three steps.
    try project.runner.write(
      """
      set -e
      cp "$WGIT_INIT" "$WGIT_OUT"
      size=$(wc -c < "$WGIT_OUT")
      printf '\\001' | dd of="$WGIT_OUT" bs=1 seek=$((size - 2)) conv=notrunc 2>/dev/null
      for step in 1 2 3; do echo "{\\"step\\": $step, \\"steps\\": 3, \\"loss\\": 0.5}" >&3; done
      echo '{"metrics": {"validationAccuracy": 0.75}}' >&3
      echo "trained with seed $WGIT_SEED"
      """, to: "train.sh")
    try project.runner.write("task: outside\nexec: sh train.sh\nepochs: 3\n", to: "tasks/outside.yaml")
  }

  private func finetune(_ command: String, _ more: String...) throws -> CommandRunner.Output {
    try project.runner.run(CommandRunner.program, ["finetune", "main", "-b", "x", "--exec", command] + more)
  }

  @Test func theResultIsCommittedWithTheCommand() throws {
    let output = try finetune("sh train.sh", "--seed", "7")
    #expect(output.status == 0, "\(output.standardError)")
    #expect(output.standardOutput.hasPrefix("[x "))
    #expect(output.standardError == "trained with seed 7\n")
    let commit = try project.show("x")
    let details = try #require((commit["recipe"] as? [String: Any])?["details"] as? [String: Any])
    #expect(details["exec"] as? String == "sh train.sh" && details["seed"] as? String == "7")
    #expect((details["metrics"] as? [String: Any])?["validationAccuracy"] as? Double == 0.75)
    #expect((details["loss"] as? [String: Any])?["steps"] as? [Int] == [1, 2, 3])
    #expect(commit["parents"] as? [String] == [try project.commitID("main")])
    #expect(try project.weights("x") != project.weights("main"))
    #expect(try project.runner.wgit("show", "x").standardOutput.contains("Made:   finetune by sh train.sh, 3 steps"))
    #expect(try project.runner.wgit("status").standardOutput.contains("train.sh"))
  }

  @Test func theEnvironmentKeepsTheContract() throws {
    let output = try finetune(
      """
      for name in INIT OUT DATA SEED TASK THREADS STEPS; do eval "echo $name=\\$WGIT_$name"; done
      ls "$(dirname "$WGIT_INIT")"; ls -A "$(dirname "$WGIT_OUT")"; cp "$WGIT_INIT" "$WGIT_OUT"
      """, "-t", "tasks/outside.yaml", "--steps", "12")
    #expect(output.status == 0)
    let lines = project.runner.masked(output.standardError).split(separator: "\n").map(String.init)
    let folder = "$PROJECT/.wgit/runs/x"
    #expect(
      lines == [
        "INIT=\(folder)/start/model.safetensors", "OUT=\(folder)/output/model.safetensors", "DATA=$DATA", "SEED=0",
        "TASK=$PROJECT/tasks/outside.yaml", "THREADS=2", "STEPS=12", "model.safetensors", "network.json",
      ])
    #expect(!FileManager.default.fileExists(atPath: project.runner.project.path + "/.wgit/runs/x"))
  }

  @Test func aTasksOwnCommandNeedsConsent() throws {
    let refused = try project.runner.wgit("finetune", "main", "-t", "tasks/outside.yaml", "-b", "x")
    #expect(refused.status == 77)
    #expect(
      refused.standardError == """
        error: 'tasks/outside.yaml' wants to run a command of its own: sh train.sh
        hint: if that is what you want: wgit finetune … --allow-exec

        """)
    let agreed = try project.runner.wgit(
      "finetune", "main", "-t", "tasks/outside.yaml", "-b", "x", "--allow-exec", "-q")
    #expect(agreed.status == 0, "\(agreed.standardError)")
    let details = (try project.show("x")["recipe"] as? [String: Any])?["details"] as? [String: Any]
    #expect((details?["task"] as? [String: Any])?["epochs"] as? Int == 3)
  }

  @Test(arguments: [
    ("exit 3", 1, "ended with exit code 3"), ("kill -9 $$", 1, "ended by signal 9"), ("true", 65, "has written no"),
    (#"echo nonsense > "$WGIT_OUT""#, 65, "model.safetensors"), (#"mkfifo "$WGIT_OUT""#, 65, "has written no"),
    (#"ln -s "$WGIT_INIT" "$WGIT_OUT""#, 65, "has written no"),
    (#"head -c 100 "$WGIT_INIT" > "$WGIT_OUT""#, 65, "model.safetensors"),
    (#"cp other.safetensors "$WGIT_OUT""#, 65, "'classifier.bias' has shape [2], it had [3]"),
  ])
  func whatGoesWrongLeavesNothing(command: String, status: Int32, reason: String) throws {
    try writeOther()
    let output = try finetune(command)
    #expect(output.status == status)
    #expect(output.standardError.contains(reason), "\(output.standardError)")
    #expect(try project.runner.wgit("branch").standardOutput == "* main\n")
    #expect(try FileManager.default.contentsOfDirectory(atPath: project.runner.project.path + "/.wgit/runs").isEmpty)
  }

  /// The same network with a head of two classes.
  private func writeOther() throws {
    try project.runner.write(
      Safetensors.file([
        ("hidden.weight", [16, 64], Array(repeating: 0, count: 1024)),
        ("hidden.bias", [16], Array(repeating: 0, count: 16)),
        ("classifier.weight", [2, 16], Array(repeating: 0, count: 32)), ("classifier.bias", [2], [0, 0]),
      ]), to: "other.safetensors")
  }

  @Test func aNewHeadIsTakenIfItWasDeclared() throws {
    try writeOther()
    let command = #"cp other.safetensors "$WGIT_OUT"; echo '{}' > "$(dirname "$WGIT_OUT")/extra.json""#
    #expect(try finetune(command, "--new-head", "classifier.*", "-q").status == 0)
    #expect(try project.weights("x")["classifier.bias"] == [0, 0])
    #expect(try project.runner.wgit("export", "x:extra.json").standardOutput == "{}\n")
  }

  @Test func optionsOfOurOwnTrainerDoNotGoWithIt() throws {
    for option in [["--lora", "rank=2,targets=hidden"], ["--freeze", "*"], ["--average", "swa"]] {
      let output = try project.runner.run(
        CommandRunner.program, ["finetune", "main", "-b", "x", "--exec", "true"] + option)
      #expect(output.status == 64 && output.standardError.contains(option[0]))
    }
  }

  @Test func runsBySeedAndResumedOnlyWithConsent() throws {
    #expect(try finetune("sh train.sh", "--runs", "2", "-q").status == 0)
    #expect(try project.show("x/1")["tree"] as? String == project.show("x/2")["tree"] as? String)

    let (output, error) = (
      project.runner.folder.appendingPathComponent("o"), project.runner.folder.appendingPathComponent("e")
    )
    let process = try project.runner.start(
      CommandRunner.program, ["finetune", "main", "-b", "y", "--exec", "touch started; sleep 60"], output: output,
      error: error)
    let mark = project.runner.project.appendingPathComponent("started")
    while !FileManager.default.fileExists(atPath: mark.path), process.isRunning { usleep(2000) }
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    #expect(try project.runner.wgit("finetune", "--resume").status == 77)
    #expect(try project.runner.wgit("finetune", "--resume", "--exec", "sh train.sh").status == 77)
  }
}
