import Testing
import Trainer

struct EncoderConfigurationTests {
  @Test(arguments: [
    ("", "JSON"), ("[]", "object"), ("{}", "none"), (#"{"model_type":"gpt2"}"#, "gpt2"),
    (#"{"model_type":"bert"}"#, "vocab_size"),
    (#"{"model_type":"bert","position_embedding_type":"relative_key"}"#, "positions"),
    (#"{"model_type":"bert","is_decoder":true}"#, "decoder"),
    (
      #"{"model_type":"bert","vocab_size":9,"hidden_size":7,"num_hidden_layers":1,"num_attention_heads":2,"intermediate_size":4,"max_position_embeddings":4,"type_vocab_size":1}"#,
      "shared by 2 heads"
    ),
    (
      #"{"model_type":"roberta","vocab_size":9,"hidden_size":8,"num_hidden_layers":1,"num_attention_heads":2,"intermediate_size":4,"max_position_embeddings":2,"type_vocab_size":1}"#,
      "position"
    ),
    (#"{"model_type":"bert","vocab_size":9000000000,"hidden_size":8}"#, "vocab_size"),
    (#"{"model_type":"bert","vocab_size":9,"hidden_size":8,"num_hidden_layers":100000}"#, "num_hidden_layers"),
    (
      #"{"model_type":"bert","vocab_size":9,"hidden_size":8,"num_hidden_layers":1,"num_attention_heads":2,"intermediate_size":4,"max_position_embeddings":4,"type_vocab_size":1,"hidden_act":"swish"}"#,
      "swish"
    ),
    (
      #"{"model_type":"bert","vocab_size":9,"hidden_size":8,"num_hidden_layers":1,"num_attention_heads":2,"intermediate_size":4,"max_position_embeddings":4,"type_vocab_size":1,"hidden_dropout_prob":1.5}"#,
      "1.5"
    ),
    (
      #"{"model_type":"bert","vocab_size":9,"hidden_size":8,"num_hidden_layers":1,"num_attention_heads":2,"intermediate_size":4,"max_position_embeddings":4,"type_vocab_size":1,"classifier_pooling":"max"}"#,
      "max"
    ),
  ])
  func configurationsThatCannotBeMeant(json: String, message: String) {
    let error = #expect(throws: TrainerError.self) { try EncoderConfiguration(json: Array(json.utf8)) }
    #expect(error?.code == .malformedNetwork)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }
}
