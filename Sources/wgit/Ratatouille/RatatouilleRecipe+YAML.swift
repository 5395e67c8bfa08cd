import Documents
import Merging
import Trainer
import WeightStore

extension RatatouilleRecipe {
  /// Reads a recipe; unknown keys are refused with their line.
  ///
  /// - Throws: `DocumentError` with the line.
  static func parse(_ text: String, name: String) throws -> RatatouilleRecipe {
    let yaml = try YAMLDocument.parse(text, name: name)
    let recipe = try RatatouilleRecipe(yaml: yaml)
    try yaml.finish()
    return recipe
  }

  private static let splitLimit = 1000

  private init(yaml: YAMLMapping) throws {
    name = try yaml.string("recipe")
    do throws(StoreError) {
      _ = try RefName.branch("\(name)/ratatouille")
    } catch {
      throw yaml.invalidValue(of: "recipe", mustBe: "a name that branches can stand below")
    }
    pretrained = try Self.pretrained(yaml)
    auxiliaries = try Self.auxiliaries(yaml)
    target = try Target(yaml: yaml.mapping("target"), startCount: 1 + auxiliaries.count)
    selections = try Self.selections(yaml)
    let words = GreedyMerge.rules.map(\.word)
    let accept = try yaml.optionalString("accept") ?? GreedyMerge.word(of: .keepsUp)
    guard let rule = GreedyMerge.rules.first(where: { $0.word == accept })?.rule else {
      throw yaml.invalidValue(of: "accept", mustBe: "one of \(words.joined(separator: ", "))")
    }
    acceptance = rule
    baselines = try Self.baselines(yaml)
    movingAverage = try Self.movingAverage(yaml)
    fusingRange = try yaml.optionalMapping("fusing")?.optionalNumber("range") ?? 4
    certificates = try yaml.optionalOneOrMoreStrings("certificates") ?? []
  }

  private static func pretrained(_ yaml: YAMLMapping) throws -> Pretrained {
    guard yaml.isMapping("pretrained") else {
      return Pretrained(revision: try yaml.string("pretrained"), task: nil, seed: 0)
    }
    let mapping = try yaml.mapping("pretrained")
    return Pretrained(
      revision: try mapping.optionalString("from") ?? "HEAD", task: try mapping.string("task"),
      seed: try mapping.optionalSeed("seed") ?? 0)
  }

  private static func auxiliaries(_ yaml: YAMLMapping) throws -> [Auxiliary] {
    var all: [Auxiliary] = []
    for entry in try yaml.optionalMappings("auxiliaries") ?? [] {
      let source: Auxiliary.Source
      let place: String
      if let revision = try entry.optionalString("revision") {
        guard !entry.has("task") else {
          throw entry.invalidValue(of: "revision", mustBe: "left out, because \"task\" says how it is made")
        }
        (source, place) = (.revision(revision), revision)
      } else {
        place = try entry.string("task")
        source = .task(place, seed: try entry.optionalSeed("seed") ?? 0)
      }
      let name = try entry.optionalString("name") ?? shortName(place)
      guard RatatouilleRecipe.isBranchPart(name) else {
        throw entry.invalidValue(of: "name", mustBe: "a name without blanks and slashes: \(name.quoted()) is none")
      }
      guard !all.contains(where: { $0.name == name }) else {
        throw entry.invalidValue(of: "name", mustBe: "another for each auxiliary: \(name.quoted()) is there twice")
      }
      all.append(Auxiliary(name: name, source: source))
    }
    return all
  }

  /// `tasks/thirds.yaml` and `community/thirds` are called `thirds`.
  private static func shortName(_ place: String) -> String {
    let last = place.split(separator: "/").last.map(String.init) ?? place
    return ["yaml", "yml"].contains(last.split(separator: ".").last.map(String.init) ?? "")
      ? String(last[..<(last.lastIndex(of: ".") ?? last.endIndex)]) : last
  }

  static func isBranchPart(_ name: String) -> Bool {
    !name.isEmpty && !name.contains("/") && (try? RefName.branch("x/\(name)")) != nil
  }

  private static func selections(_ yaml: YAMLMapping) throws -> [Selection] {
    let words = try yaml.optionalOneOrMoreStrings("selection") ?? [Selection.uniform.rawValue]
    let chosen = words.compactMap(Selection.init(rawValue:))
    guard chosen.count == words.count, !words.isEmpty else {
      throw yaml.invalidValue(of: "selection", mustBe: "uniform, greedy or both")
    }
    return Selection.allCases.filter(chosen.contains)
  }

  private static func baselines(_ yaml: YAMLMapping) throws -> [String] {
    let known = Baselines.all.map { $0.name }
    let words = try yaml.optionalOneOrMoreStrings("baselines") ?? []
    if words == ["all"] { return known }
    if words == ["none"] { return [] }
    for word in words where !known.contains(word) {
      throw DocumentError(
        .unknownKey, "unknown baseline \(word.quoted())", name: yaml.name, line: yaml.line(of: "baselines"), key: word,
        knownKeys: known + ["all", "none"])
    }
    return known.filter(words.contains)
  }

  private static func movingAverage(_ yaml: YAMLMapping) throws -> String {
    guard let mapping = try yaml.optionalMapping("moving-average") else { return "swa,from=0.25" }
    switch try AverageSettings(yaml: mapping) {
    case .swa(let fraction, let every): return "swa,from=\(fraction),every=\(every)"
    case .ema(let decay): return "ema,decay=\(decay)"
    case .lastK(let count, let every): return "last-k,count=\(count),every=\(every)"
    }
  }
}

extension RatatouilleRecipe.Target {
  fileprivate init(yaml: YAMLMapping, startCount: Int) throws {
    taskPath = try yaml.string("task")
    heldOut = try yaml.oneOrMoreStrings("held-out")
    guard !heldOut.isEmpty, Set(heldOut).count == heldOut.count else {
      throw yaml.invalidValue(of: "held-out", mustBe: "a domain, or a list of different ones")
    }
    let seeds = try yaml.optionalIntegers("splits") ?? [0]
    guard !seeds.isEmpty, Set(seeds).count == seeds.count, seeds.allSatisfy({ $0 >= 0 }) else {
      throw yaml.invalidValue(of: "splits", mustBe: "a list of different seeds")
    }
    splits = seeds.map(UInt64.init)
    runCount = try yaml.optionalInteger("runs") ?? startCount
    guard runCount >= startCount, runCount <= RatatouilleRecipe.seedsPerSplit else {
      throw yaml.invalidValue(
        of: "runs",
        mustBe: "at least \(startCount), one for the pre-trained net and for each auxiliary, and at most "
          + "\(RatatouilleRecipe.seedsPerSplit)")
    }
    // The preset goes by the task's learning rate.
    if let preset = try? yaml.optionalString("search") {
      throw yaml.invalidValue(of: "search", mustBe: "distributions by name; \(preset.quoted()) can stand in the task")
    }
    search = try HyperparameterSearch(task: yaml, learningRate: 1e-3)
    let word = try yaml.optionalString("head") ?? RatatouilleRecipe.HeadPolicy.shared.rawValue
    guard let policy = RatatouilleRecipe.HeadPolicy(rawValue: word) else {
      throw yaml.invalidValue(of: "head", mustBe: "shared or adapted")
    }
    head = policy
    let test = try yaml.optionalMapping("test")
    testFrom = try test?.naturalNumber("from", default: 0) ?? 0
    testCount = try test?.optionalNaturalNumber("per-domain")
  }
}
