import Documents

/// A sequence classifier as a network: the encoder, then the layers that transformers' `…ForSequenceClassification` of
/// its family puts before the classifier, under the names they have there.
///
/// With h the encoder's output: BERT has logits = C tanh(P h), RoBERTa the same under other names, DistilBERT
/// logits = C max(0, P h), each with biases, and dropout in between.
extension NetworkDefinition {
  /// - Throws: `TrainerError.blasUnavailable`, or `resourceLimit` for a model that is too large.
  package init(encoder configuration: EncoderConfiguration) throws {
    let hidden = configuration.hiddenSize
    let pooler = Linear(inFeatures: hidden, outFeatures: hidden)
    let dropout = Dropout(probability: configuration.classifierDropout)
    var layers = [NamedLayer(name: configuration.family.rawValue, try Encoder(configuration))]
    let head: String
    switch configuration.family {
    case .bert:
      head = "classifier"
      layers += [NamedLayer(name: "bert.pooler.dense", pooler), NamedLayer(Tanh())]
    case .roberta:
      head = "classifier.out_proj"
      layers += [NamedLayer(dropout), NamedLayer(name: "classifier.dense", pooler), NamedLayer(Tanh())]
    case .distilBERT:
      head = "classifier"
      layers += [NamedLayer(name: "pre_classifier", pooler), NamedLayer(ReLU())]
    }
    layers.append(NamedLayer(dropout))
    layers.append(NamedLayer(name: head, Linear(inFeatures: hidden, outFeatures: configuration.classCount)))
    try self.init(
      input: .tokens(limit: configuration.maximumTokenCount), layers: layers, head: head, encoder: configuration)
  }
}

extension EncoderConfiguration {
  /// The same encoder before a classifier of so many classes, as transformers writes it.
  ///
  /// - Parameter classNames: nil for `LABEL_0`, `LABEL_1` and so on.
  package func withClasses(_ count: Int, named classNames: [String]? = nil) throws -> EncoderConfiguration {
    let names =
      classNames.flatMap { $0.count == count && Set($0).count == count ? $0 : nil }
      ?? (0..<count).map { "LABEL_\($0)" }
    let replaced: [JSONObject.Member] = [
      (key: "architectures", value: [.string(architecture)]),
      (key: "id2label", value: .object(JSONObject(names.enumerated().map { ("\($0)", .string($1)) }))),
      (
        key: "label2id",
        value: .object(JSONObject(names.enumerated().map { ($1, .integer(Int64($0))) }))
      ),
      (key: "problem_type", value: "single_label_classification"),
    ]
    let keys = Set(replaced.map(\.key) + ["num_labels"])
    let members = json.members.filter { !keys.contains($0.key) } + replaced
    return try EncoderConfiguration(json: JSONValue.object(JSONObject(members)).compactBytes())
  }

  private var architecture: String {
    switch family {
    case .bert: "BertForSequenceClassification"
    case .roberta: "RobertaForSequenceClassification"
    case .distilBERT: "DistilBertForSequenceClassification"
    }
  }
}
