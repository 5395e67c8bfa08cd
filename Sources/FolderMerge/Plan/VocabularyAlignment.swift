import Checkpoints
import Documents
import Merging
import Tensors

/// The vocabulary that the models of a merge get together, where their own differ: rows that stand for tokens are
/// brought under each other by token, never by number.
struct VocabularyAlignment: Sendable {
  /// What was asked for about the vocabulary.
  struct Request: Sendable {
    enum Source: Sendable {
      /// All tokens of all models.
      case union
      /// The tokens of one model, by position in the merge.
      case model(Int)
    }

    var source = Source.union
    /// Where tokens come from that are not simply a model's own.
    var tokens: [(token: String, source: TokenSource?, isForced: Bool)] = []
    var padToMultipleOf: Int?
  }

  enum TokenSource: Sendable {
    case zero
    case model(Int)
    case token(model: Int, token: String)
    case row(model: Int, row: Int)
  }

  let union: VocabularyUnion
  private let request: Request
  /// The vocabulary of each model; that of the base for one without a tokenizer.
  private let vocabularies: [[JSONKey: Int]]
  private let baseIndex: Int
  /// What was assumed.
  let notes: [String]

  /// - Parameters:
  ///   - models: of the merge, the base among them.
  ///   - base: which of them the tokens keep the ids of.
  ///   - isAsked: whether the vocabularies are to be united even if they are equal.
  /// - Returns: nil if the rows need not be moved.
  /// - Throws: `FolderMergeError.tokenizerConflict`.
  init?(_ models: [ModelInput], base: Int, request: Request = Request(), isAsked: Bool = false) throws {
    let tokenizers = try models.map { model in try VocabularyAlignment.tokenizer(of: model) }
    let index = if case .model(let index) = request.source { index } else { base }
    guard let own = tokenizers[index] else {
      guard !isAsked else {
        throw FolderMergeError(
          .tokenizerConflict,
          "'\(models[index].name)' has no \(TokenizerFile.fileName), so its vocabulary is not known",
          subjects: [models[index].name])
      }
      return nil
    }
    var notes: [String] = []
    for (model, tokenizer) in zip(models, tokenizers) where tokenizer == nil {
      notes.append(
        "'\(model.name)' has no \(TokenizerFile.fileName); its rows are taken to be those of '\(models[index].name)'")
    }
    let differ = tokenizers.contains { $0 != nil && $0?.ids != own.ids }
    guard differ || isAsked else { return nil }
    let others = tokenizers.enumerated().filter { $0.offset != index }.compactMap(\.element)
    union = VocabularyUnion(
      base: own, others: VocabularyAlignment.takesAll(request) ? others : [], extra: request.tokens.map(\.token))
    vocabularies = tokenizers.map { $0?.ids ?? own.ids }
    baseIndex = base
    self.request = request
    self.notes = notes
  }

  private static func takesAll(_ request: Request) -> Bool {
    if case .union = request.source { true } else { false }
  }

  private static func tokenizer(of input: ModelInput) throws -> TokenizerFile? {
    guard let folder = input.model.folder, let bytes = try folder.bytes(TokenizerFile.fileName) else { return nil }
    do throws(CheckpointError) {
      return try TokenizerFile(bytes)
    } catch {
      throw FolderMergeError(
        .malformedModel, "'\(folder.name)/\(TokenizerFile.fileName)': \(error.message)", cause: error)
    }
  }

  /// The tensors of the models with their rows aligned.
  ///
  /// - Parameter readers: one per model; nil where a model lacks the tensor.
  /// - Throws: `FolderMergeError.conflict` if the rest of the shapes differ; `.tokenizerConflict` for a source that is
  ///   not there.
  func aligned(_ readers: [(any TensorReader)?], name: String) throws -> [(any TensorReader)?] {
    let present = readers.indices.filter { readers[$0] != nil }
    let tensors = readers.compactMap(\.self)
    guard let first = tensors.first else { return readers }
    guard first.shape.rank > 0,
      tensors.allSatisfy({ $0.shape.dimensions.dropFirst() == first.shape.dimensions.dropFirst() })
    else {
      let shapes = tensors.map { "\($0.shape)" }.joined(separator: ", ")
      throw FolderMergeError(
        .conflict, "'\(name)': the shapes differ in more than the number of tokens: \(shapes)", subjects: [name])
    }
    let models = present.map { index in
      VocabularyRows.Model(ids: vocabularies[index], rowCount: readers[index]?.shape.dimensions[0] ?? 0)
    }
    let base = present.firstIndex(of: baseIndex) ?? 0
    let (chosen, forced) = try sources(present, models, name)
    let rows = VocabularyRows(
      ids: union.ids, models: models, base: base, minimumRowCount: minimumRowCount(models[base].rowCount),
      chosen: chosen, forced: forced)
    var result: [(any TensorReader)?] = readers.map { _ in nil }
    for (own, index) in present.enumerated() { result[index] = try AlignedRows(rows, readers: tensors, own: own) }
    return result
  }

  /// The base's padding is kept; a multiple that was asked for is filled up to.
  private func minimumRowCount(_ baseRowCount: Int) -> Int {
    guard let multiple = request.padToMultipleOf, multiple > 0 else { return max(baseRowCount, union.nextID) }
    return (union.nextID + multiple - 1) / multiple * multiple
  }

  private func sources(
    _ present: [Int], _ models: [VocabularyRows.Model], _ name: String
  ) throws -> (chosen: [JSONKey: VocabularyRows.Source], forced: Set<JSONKey>) {
    var chosen: [JSONKey: VocabularyRows.Source] = [:]
    var forced: Set<JSONKey> = []
    for (token, source, isForced) in request.tokens {
      guard let source else { continue }
      chosen[JSONKey(token)] = try rowSource(source, of: token, present, models, name)
      if isForced { forced.insert(JSONKey(token)) }
    }
    return (chosen, forced)
  }

  private func rowSource(
    _ source: TokenSource, of token: String, _ present: [Int], _ models: [VocabularyRows.Model], _ name: String
  ) throws -> VocabularyRows.Source {
    let model: Int
    let row: Int?
    switch source {
    case .zero: return .zero
    case .model(let index): (model, row) = (index, vocabularies[index][JSONKey(token)])
    case .token(let index, let other): (model, row) = (index, vocabularies[index][JSONKey(other)])
    case .row(let index, let number): (model, row) = (index, number)
    }
    guard let place = present.firstIndex(of: model), let row, row >= 0, row < models[place].rowCount else {
      throw FolderMergeError(
        .tokenizerConflict, "'\(name)': the row that the token \(token.quoted(limit: 60)) is to come from is not there",
        subjects: [token])
    }
    return .row(model: place, row: row)
  }

  /// Whether rows of a tensor stand for tokens: by its name, and because a model has that many.
  static func isVocabulary(_ name: String, _ shape: Shape, of model: OpenModel) -> Bool {
    EmbeddingNames.isVocabulary(name, shape, model.configuration)
  }
}
