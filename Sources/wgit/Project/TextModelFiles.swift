import Documents
import Tokenizers
import Trainer
import WeightStore

/// What stands beside the `config.json` of an encoder in a commit: the files that its texts are read with.
enum TextModelFiles {
  private static let tokenizerFile = "tokenizer.json"

  /// The network with its tokenizer; as it is if it is no encoder.
  ///
  /// - Throws: `TrainerError.malformedNetwork` for an encoder without a tokenizer, `TokenizerError` with the file's name.
  static func reading(
    _ network: NetworkDefinition, beside networkPath: String, in commit: ObjectID<Commit>, of repository: Repository
  ) throws -> NetworkDefinition {
    guard let configuration = network.encoder else { return network }
    let place = try RelativePath(networkPath)
    let file = { (name: String) in try repository.contents(of: place.beside(name), in: commit) }
    let settings = try file(Tokenizer.configurationFileName)
    let tokenizer: Tokenizer
    if let bytes = try file(tokenizerFile) {
      tokenizer = try named(tokenizerFile) { () throws(TokenizerError) in try Tokenizer(json: bytes) }
    } else if let bytes = try file(Tokenizer.vocabularyFileName) {
      tokenizer = try named(Tokenizer.vocabularyFileName) { () throws(TokenizerError) in
        try Tokenizer(vocabulary: bytes, configuration: settings)
      }
    } else {
      throw TrainerError(
        .malformedNetwork,
        "its tokenizer is missing: neither \(tokenizerFile) nor \(Tokenizer.vocabularyFileName) stands beside it")
    }
    return try network.reading(TextInput(tokenizer, for: configuration, tokenLimit: tokenLimit(settings)))
  }

  private static func named(
    _ name: String, _ body: () throws(TokenizerError) -> Tokenizer
  ) throws(TokenizerError) -> Tokenizer {
    do {
      return try body()
    } catch {
      throw TokenizerError(error.code, "'\(name)': \(error.message)")
    }
  }

  /// `model_max_length`; where there is none, files hold a huge number.
  private static func tokenLimit(_ settings: [UInt8]?) -> Int? {
    guard let settings, let number = (try? JSONParser.parse(settings))?["model_max_length"]?.numberValue else {
      return nil
    }
    return number >= 1 && number <= 0x1p20 ? Int(number) : nil
  }
}
