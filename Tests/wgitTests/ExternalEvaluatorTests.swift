import Foundation
import Testing

/// Evaluators of the user's own: the contract, and who may run.
struct ExternalEvaluatorTests {
  private static let certificate = """
    certificate: mine
    data: data/cases.txt
    metric: METRIC
    THRESHOLD
    evaluator:
      exec: sh eval.sh {weights} {data}
      files: [eval.sh]

    """

  private func project(
    _ script: String, metric: String = "accuracy", threshold: String = "minimum: 0.5"
  ) throws -> CommandRunner {
    let project = try BlockProject()
    try write(script, metric: metric, threshold: threshold, project.runner)
    try project.runner.write("one\ntwo\n", to: "data/cases.txt")
    return project.runner
  }

  private func write(_ script: String, metric: String, threshold: String, _ runner: CommandRunner) throws {
    try runner.write(script, to: "eval.sh")
    try runner.write(
      Self.certificate.replacing("METRIC", with: metric).replacing("THRESHOLD", with: threshold),
      to: "certificates/mine.yaml")
  }

  private func test(_ runner: CommandRunner) throws -> CommandRunner.Output {
    try runner.wgit("test", "-c", "mine", "--json")
  }

  /// A shell line that prints `count` examples, the first `wrong` told wrong.
  private func examples(_ count: Int, wrong: Int) -> String {
    "i=0; while [ $i -lt \(count) ]; do i=$((i + 1)); [ $i -gt \(wrong) ] && echo '{\"correct\": true}' "
      + "|| echo '{\"correct\": false}'; done\n"
  }

  @Test func nothingRunsThatWasNotAllowed() throws {
    let runner = try project("touch \"$HOME/ran\"\necho '{\"correct\": true}'\n")
    let mark = runner.folder.appendingPathComponent("home/ran").path
    let refused = try test(runner)
    #expect(refused.status == 77)
    #expect(refused.standardError.contains("wants to run a command: sh eval.sh {weights} {data}"))
    #expect(!FileManager.default.fileExists(atPath: mark))
    #expect(try runner.wgit("trust", "certificates/mine.yaml").status == 0)
    #expect(try test(runner).status == 0)
    #expect(FileManager.default.fileExists(atPath: mark))
    #expect(try runner.wgit("trust", "--list").standardOutput.contains("sh eval.sh"))

    // A change of the certificate, or of the script, asks again.
    try FileManager.default.removeItem(atPath: mark)
    try runner.write("touch \"$HOME/ran\"\necho '{\"correct\": false}'\n", to: "eval.sh")
    #expect(try test(runner).status == 77)
    try write(
      "touch \"$HOME/ran\"\necho '{\"correct\": true}'\n", metric: "accuracy", threshold: "minimum: 0.4", runner)
    #expect(try test(runner).status == 77)
    #expect(!FileManager.default.fileExists(atPath: mark))

    #expect(try runner.wgit("trust", "--revoke", "certificates/mine.yaml").status == 1)
    #expect(try runner.wgit("trust", "certificates/held-out.yaml").status == 64)
  }

  @Test func outcomesAreCountedAndKept() throws {
    let runner = try project("[ -s \"$1\" ] && [ -s \"$2\" ] || exit 9\n" + examples(100, wrong: 25))
    #expect(try runner.wgit("trust", "certificates/mine.yaml").status == 0)
    let output = try test(runner)
    #expect(output.status == 0, "\(output.standardError)")
    #expect(output.standardOutput.contains("\"value\": 0.75"))
    #expect(output.standardOutput.contains("\"exampleCount\": 100"))
    #expect(output.standardOutput.contains("\"known\": false"))
    #expect(try test(runner).standardOutput.contains("\"known\": true"))
    #expect(try runner.wgit("fsck").status == 0)
  }

  @Test func domainsAndClassesAreTold() throws {
    let lines = ["a", "a", "b", "b"].enumerated().map { index, domain in
      "echo '{\"domain\": \"\(domain)\", \"label\": \(index % 2), \"prediction\": \(index == 3 ? 0 : index % 2)}'"
    }
    let runner = try project(lines.joined(separator: "\n"), metric: "worst-domain-balanced-accuracy")
    #expect(try runner.wgit("trust", "certificates/mine.yaml").status == 0)
    let output = try test(runner)
    #expect(output.status == 0, "\(output.standardError)")
    #expect(output.standardOutput.contains("\"value\": 0.5"))
  }

  @Test func metricsAloneAreJudgedPlainly() throws {
    let line = "echo '{\"metrics\": {\"accuracy\": 0.4}, \"exampleCount\": 1000}'\n"
    let runner = try project(line)
    #expect(try runner.wgit("trust", "certificates/mine.yaml").status == 0)
    #expect(try test(runner).status == 125)
    try write(line, metric: "accuracy", threshold: "minimum: 0.5\nstrict: true", runner)
    #expect(try runner.wgit("trust", "certificates/mine.yaml").status == 0)
    #expect(try test(runner).status == 1)
  }

  @Test(arguments: [
    ("echo hello", "accuracy", Int32(65), "line 1 of the evaluator's output is not JSON"),
    ("echo '[1]'", "accuracy", 65, "line 1 of the evaluator's output is not a JSON object"),
    ("echo '{\"loss\": 1}'", "accuracy", 65, "has neither 'correct' nor 'label' and 'prediction'"),
    (
      "echo '{\"correct\": true}'; echo '{\"loss\": \"x\"}'", "log-loss", 65,
      "line 1 of the evaluator's output needs 'loss'"
    ),
    ("echo '{\"rank\": -1}'", "top-5", 65, "needs 'rank', an integer from 0"),
    ("echo '{\"label\": 99999999999, \"prediction\": 1}'", "macro-f1", 65, "needs 'label'"),
    ("echo '{\"metrics\": {\"f1\": 1}, \"exampleCount\": 3}'", "accuracy", 65, "told metrics, but not 'accuracy'"),
    ("echo '{\"metrics\": {\"accuracy\": 1}}'", "accuracy", 65, "needs 'exampleCount'"),
    ("true", "accuracy", 65, "the evaluator told of no example"),
    ("exit 3", "accuracy", 125, "ended with exit code 3"),
    ("kill -9 $$", "accuracy", 125, "ended with exit code 137"),
  ]) func whatIsNotTheContractIsNamed(_ script: String, _ metric: String, _ status: Int32, _ message: String) throws {
    let runner = try project(script, metric: metric, threshold: metric == "log-loss" ? "maximum: 1" : "minimum: 0.5")
    #expect(try runner.wgit("trust", "certificates/mine.yaml").status == 0)
    let output = try test(runner)
    #expect(output.status == status)
    #expect(output.standardError.contains(message), "\(output.standardError)")
    #expect(try runner.wgit("fsck").status == 0)
  }

  @Test func anEvaluatorThatTakesTooLongIsEnded() throws {
    let runner = try project("sleep 60\n")
    let text = Self.certificate.replacing("METRIC", with: "accuracy").replacing("THRESHOLD", with: "minimum: 0.5")
    try runner.write(text.replacing("  files:", with: "  timeout-seconds: 1\n  files:"), to: "certificates/mine.yaml")
    #expect(try runner.wgit("trust", "certificates/mine.yaml").status == 0)
    let output = try test(runner)
    #expect(output.status == 125)
    #expect(output.standardError.contains("took longer than 1 second"))
  }
}
