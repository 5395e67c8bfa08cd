import Checkpoints
import Testing

struct AdapterConfigurationTests {
  private func configuration(_ members: String) throws(CheckpointError) -> AdapterConfiguration {
    try AdapterConfiguration(Array(#"{"peft_type": "LORA", \#(members)}"#.utf8))
  }

  @Test func scalings() throws {
    let plain = try configuration(#""r": 16, "lora_alpha": 32"#)
    #expect(plain.scaling(of: "any") == 2)
    let stabilized = try configuration(#""r": 16, "lora_alpha": 32, "use_rslora": true"#)
    #expect(stabilized.scaling(of: "any") == 8)
  }

  private static let patterns: [(pattern: String, module: String, fits: Bool)] = [
    ("q_proj", "layers.0.q_proj", true), ("q_proj", "q_proj", true), ("q_proj", "layers.0.q_proj_2", false),
    ("proj", "layers.0.q_proj", false), ("0.q_proj", "layers.0.q_proj", true), ("0.q_proj", "layers.10.q_proj", false),
    ("^q_proj", "q_proj", true), ("^q_proj", "layers.q_proj", false),
    (#"layers\.\d\.q_proj"#, "model.layers.3.q_proj", true),
    (#"layers\.\d\.q_proj"#, "model.layers.13.q_proj", false), ("q_proj|k_proj", "a.k_proj", true),
    (".*mlp.*", "a.mlp.up", true),
  ]

  /// As Python's `re.match("(.*\\.)?(PATTERN)$", module)` finds them.
  @Test(arguments: patterns)
  func patternsFitTheEndsOfNames(_ pattern: String, _ module: String, _ fits: Bool) throws {
    let escaped = pattern.replacing("\\", with: "\\\\")
    let configuration = try configuration(
      #""r": 4, "rank_pattern": {"\#(escaped)": 7}, "alpha_pattern": {"\#(escaped)": 14}"#)
    #expect(configuration.rank(of: module) == (fits ? 7 : 4))
    #expect(configuration.scaling(of: module) == 2)
  }

  @Test(arguments: [
    #""use_qalora": true"#, #""alora_invocation_tokens": [1]"#, #""layer_replication": [[0, 2]]"#,
    #""trainable_token_indices": [3]"#, #""init_lora_weights": "pissa_niter_4""#, #""init_lora_weights": "OLoRA""#,
    #""r": 0"#, #""r": "4""#, #""lora_alpha": "much""#, #""use_dora": 1"#, #""rank_pattern": {"[": 3}"#,
  ])
  func whatCannotBeMergedIsRefused(_ members: String) {
    let error = #expect(throws: CheckpointError.self) { try configuration(members) }
    #expect(error?.code == .badCompanion)
  }

  @Test func otherKindsAreRefused() {
    let error = #expect(throws: CheckpointError.self) {
      try AdapterConfiguration(Array(#"{"peft_type": "LOHA"}"#.utf8))
    }
    #expect(error?.message == "the adapter is of type \"LOHA\"; only LORA is read")
  }

  /// Nothing that peft writes for an ordinary adapter is in the way.
  @Test func unusedSettingsPass() throws {
    let configuration = try configuration(
      #""r": 4, "use_dora": false, "layer_replication": null, "use_qalora": false, "init_lora_weights": "gaussian""#)
    #expect(configuration.rank(of: "x") == 4)
  }
}
