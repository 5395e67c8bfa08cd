import Checkpoints
import Documents
import Tensors
import Testing

struct ConfigurationFaultsTests {
  private static let tensors: [(String, [Int])] = [
    ("model.embed_tokens.weight", [10, 4]), ("model.layers.0.w", [4]), ("model.layers.1.w", [4]),
    ("lm_head.weight", [10, 4]),
  ]

  private func faults(_ text: String, isTied: Bool = true) throws -> Set<String> {
    let configuration = try #require(try JSONParser.parse(Array(text.utf8)).objectValue)
    let tensors = try Self.tensors.map { (name: $0.0, shape: try Shape($0.1)) }
    return Set(ConfigurationFaults.find(in: configuration, tensors) { _, _ in isTied }.keys)
  }

  @Test(arguments: [
    ("{\"vocab_size\": 10, \"hidden_size\": 4, \"num_hidden_layers\": 2, \"tie_word_embeddings\": true}", []),
    ("{\"vocab_size\": 11, \"hidden_size\": 4}", ["vocab_size"]),
    ("{\"text_config\": {\"vocab_size\": 11, \"hidden_size\": 8}}", ["vocab_size", "hidden_size"]),
    ("{\"n_layer\": 3, \"d_model\": 4}", ["n_layer"]),
    ("{\"vocab_size\": \"many\", \"num_hidden_layers\": -1e300}", []), ("{}", []),
  ])
  func keysThatDoNotFitAreFound(_ text: String, _ expected: [String]) throws {
    #expect(try faults(text) == Set(expected))
  }

  @Test func aHeadOfItsOwnIsNotTied() throws {
    #expect(try faults("{\"tie_word_embeddings\": true}", isTied: false) == ["tie_word_embeddings"])
    #expect(try faults("{\"tie_word_embeddings\": false}", isTied: false) == [])
  }
}
