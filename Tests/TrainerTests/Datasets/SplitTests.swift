import Documents
import Tensors
import Testing
import Trainer

struct SplitTests {
  /// Rows i = 0... of the domains left (even) and right, of the classes i / 2 modulo 3.
  private func dataset(count: Int = 60) throws -> ImageDataset {
    try DataFiles.load(
      "{name: n, format: idx, images: i, labels: l, classes: 3, domains: {rotate: [0, 90]}}",
      files: [
        "i": IDXFile.bytes(dimensions: [count, 1, 1], elements: (0..<count).map(UInt8.init)),
        "l": IDXFile.bytes(dimensions: [count], elements: (0..<count).map { UInt8($0 / 2 % 3) }),
      ])
  }

  private func split(_ yaml: String) throws -> DatasetSplit {
    try TrainingTask.parse("task: t\ndata: d\nsteps: 1\n" + yaml, name: "t.yaml").split
  }

  private func rows(_ yaml: String) throws -> (train: [Int], validation: [Int]) { try dataset().split(split(yaml)) }

  @Test func inTheDataSetsOrder() throws {
    let (train, validation) = try rows("train: {per-domain: 2}\nvalidation: {per-domain: 1}")
    #expect(train == [0, 2, 1, 3] && validation == [4, 5])
    let all = try rows("validation: {fraction: 0.21}")
    #expect(all.train == Array(stride(from: 0, to: 48, by: 2)) + Array(stride(from: 1, to: 48, by: 2)))
    #expect(all.validation == Array(stride(from: 48, to: 60, by: 2)) + Array(stride(from: 49, to: 60, by: 2)))
  }

  @Test func aDomainIsHeldOut() throws {
    let (train, validation) = try rows("train: {held-out: 90}\nvalidation: {fraction: 0.2}")
    #expect(train.count == 24 && validation.count == 6)
    #expect((train + validation).allSatisfy { $0 % 2 == 0 })
    expectTrainerError(.unknownDomain, "\"45\"") { _ = try rows("train: {held-out: [90, 45]}") }
  }

  @Test func aSeedShufflesEachDomain() throws {
    let seeded = try rows("validation: {fraction: 0.2}\nsplit-seed: 5")
    let order = CounterRandom(seed: 5, stream: "split/0").permutation(count: 30).map { 2 * $0 }
    #expect(Array(seeded.train[..<24]) == Array(order[..<24]))
    #expect(Array(seeded.validation[..<6]) == Array(order[24...]))
    #expect(Set(seeded.train + seeded.validation).count == 60)
    let other = try rows("validation: {fraction: 0.2}\nsplit-seed: 6")
    #expect(other.train != seeded.train)
    // A domain's split is its own, whatever other domains are in use.
    let alone = try rows("train: {held-out: 90}\nvalidation: {fraction: 0.2}\nsplit-seed: 5")
    #expect(alone.train == Array(seeded.train[..<24]))
  }

  @Test func aFewOfEachClass() throws {
    let dataset = try dataset()
    let (train, validation) = try dataset.split(
      split("train: {per-class: 2}\nvalidation: {per-domain: 4}\nsplit-seed: 1"))
    for domain in [0, 1] {
      let labels = train.filter { $0 % 2 == domain }.map { dataset.labels[$0] }.sorted()
      #expect(labels == [0, 0, 1, 1, 2, 2])
      #expect(validation.count { $0 % 2 == domain } == 4)
    }
    #expect(Set(train).isDisjoint(with: validation))
    expectTrainerError(.insufficientRows, "domain \"0\" has 10 rows of class 0, not 11") {
      _ = try rows("train: {per-class: 11}")
    }
    expectTrainerError(.insufficientRows, "domain \"0\" has 24 rows, not 25") {
      _ = try rows("train: {per-class: 2}\nvalidation: {per-domain: 25}")
    }
  }

  @Test(arguments: [
    ("train: {held-out: a, domains: [b]}", "held-out"), ("train: {per-class: 1, per-domain: 1}", "per-class"),
    ("validation: {fraction: 1}", "fraction"), ("validation: {fraction: 0.1, per-domain: 1}", "fraction"),
    ("validation: {per-domain: -1}", "per-domain"), ("split-seed: -1", "split-seed"),
  ])
  func whatCannotBeMeantIsRefused(yaml: String, key: String) {
    expectDocumentError(key: key, line: 4) { _ = try split(yaml) }
  }

  @Test func recipesSayItAgain() throws {
    for yaml in [
      "train: {held-out: [a, b], per-class: 3}\nvalidation: {fraction: 0.2}\nsplit-seed: 9",
      "train: {domains: [a], per-domain: 3}\nvalidation: {per-domain: 2}",
    ] {
      let split = try split(yaml)
      let json = JSONValue.object(JSONObject(split.json()))
      // YAML reads JSON.
      let again = try DatasetSplit(
        task: YAMLDocument.parse(String(decoding: json.compactBytes(), as: UTF8.self), name: "j"))
      #expect(again == split)
    }
  }
}
