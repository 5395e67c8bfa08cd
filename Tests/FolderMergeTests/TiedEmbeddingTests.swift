import Documents
import FolderMerge
import Testing

struct TiedEmbeddingTests {
  private let folder: TestFolder

  init() throws {
    folder = try TestFolder()
  }

  private func write(_ name: String, embedding: [Double], output: [Double]? = nil, isTied: Bool) throws {
    var tensors = [try TestTensor("model.embed_tokens.weight", [2, 1], embedding)]
    if let output { tensors.append(try TestTensor("lm_head.weight", [2, 1], output)) }
    try folder.write(tensors, to: "\(name)/model.safetensors")
    try folder.write(#"{"tie_word_embeddings": \#(isTied), "vocab_size": 2}"#, to: "\(name)/config.json")
  }

  private func merge(_ models: [String]) throws -> (tensors: [String: [Double]], isTied: Bool?) {
    try folder.merge(models, replacing: true)
    let tensors = try folder.tensors("out/model.safetensors")
    let configuration = try JSONParser.parse(folder.read("out/config.json"))
    return (
      Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.values) }),
      configuration["tie_word_embeddings"]?.boolValue
    )
  }

  @Test func tiedModelsStayTied() throws {
    try write("a", embedding: [1, 2], isTied: true)
    try write("b", embedding: [3, 6], isTied: true)
    // Stored a second time, but meant to be one.
    try write("c", embedding: [5, 4], output: [5, 4], isTied: true)
    let merged = try merge(["a", "b", "c"])
    #expect(merged.tensors == ["model.embed_tokens.weight": [3, 4]])
    #expect(merged.isTied == true)
    // As the first stores it.
    let stored = try merge(["c", "b", "a"])
    #expect(stored.tensors == ["model.embed_tokens.weight": [3, 4], "lm_head.weight": [3, 4]])
  }

  @Test func anOutputEmbeddingOfItsOwnUnties() throws {
    try write("a", embedding: [1, 2], isTied: true)
    try write("b", embedding: [3, 6], output: [9, 8], isTied: false)
    let merged = try merge(["a", "b"])
    #expect(merged.tensors == ["model.embed_tokens.weight": [2, 4], "lm_head.weight": [5, 5]])
    #expect(merged.isTied == false)
  }

  @Test func untiedModelsAreMergedAsTheyAre() throws {
    try write("a", embedding: [1, 2], output: [0, 2], isTied: false)
    try write("b", embedding: [3, 6], output: [9, 8], isTied: false)
    let merged = try merge(["a", "b"])
    #expect(merged.tensors["lm_head.weight"] == [4.5, 5])
    #expect(merged.isTied == false)
  }
}
