import Documents

/// Which rows of a data set a task trains on, and which it validates on.
///
/// ```yaml
/// train: {held-out: sketch, per-class: 10}   # domains: […] or held-out: …; per-domain: N and per-class: N
/// validation: {fraction: 0.2}                # or per-domain: N
/// split-seed: 0
/// ```
package struct DatasetSplit: Sendable, Equatable {
  /// How many rows of each domain validate.
  package enum Validation: Sendable, Equatable {
    case perDomain(Int)
    /// Of the rows of the domain, rounded down.
    case fraction(Double)
  }

  /// The domains to train and validate on; nil for all but those held out.
  package var domains: [String]?
  /// Domains of which no row is used, because they are for testing.
  package var heldOut: [String] = []
  /// Rows of each domain to train on; nil for all that validation leaves.
  package var perDomain: Int?
  /// Rows of each class in each domain to train on, for learning from few examples.
  package var perClass: Int?
  package var validation: Validation = .perDomain(0)
  /// Each domain's rows are put in a random order first; nil leaves them in the data set's order.
  package var seed: UInt64?

  package init() {}

  /// Reads the keys `train`, `validation` and `split-seed` of a task.
  package init(task yaml: YAMLMapping) throws {
    if let train = try yaml.optionalMapping("train") {
      domains = try train.optionalStrings("domains")
      heldOut = try train.optionalOneOrMoreStrings("held-out") ?? []
      if domains != nil, !heldOut.isEmpty {
        throw train.invalidValue(of: "held-out", mustBe: "left out, because \"domains\" says which are trained on")
      }
      perDomain = try train.optionalNaturalNumber("per-domain")
      perClass = try train.optionalNaturalNumber("per-class")
      if perDomain != nil, perClass != nil {
        throw train.invalidValue(of: "per-class", mustBe: "left out, because \"per-domain\" says how many rows")
      }
    }
    if let validation = try yaml.optionalMapping("validation") {
      let fraction = try validation.optionalNumber("fraction")
      if let fraction, !(0..<1).contains(fraction) {
        throw validation.invalidValue(of: "fraction", mustBe: "at least 0 and below 1")
      }
      let count = try validation.optionalNaturalNumber("per-domain")
      if count != nil, fraction != nil {
        throw validation.invalidValue(of: "fraction", mustBe: "left out, because \"per-domain\" says how many rows")
      }
      self.validation = fraction.map(Validation.fraction) ?? .perDomain(count ?? 0)
    }
    seed = try yaml.optionalSeed("split-seed")
  }

  /// Keeps further domains from training and validation.
  ///
  /// - Throws: `TrainerError` with code `malformedTask` if they are named among those to train on.
  mutating func holdOut(_ more: [String], task: String) throws {
    if let domain = more.first(where: { domains?.contains($0) ?? false }) {
      throw TrainerError(
        .malformedTask, "task \(task.quoted()) trains on domain \(domain.quoted()), which is to be held out")
    }
    guard domains == nil else { return }
    heldOut += more.filter { !heldOut.contains($0) }
  }

  /// `train`, `validation` and, if there is one, `split-seed`, for recipes.
  ///
  /// - Parameter more: what else the task says of validation.
  package func json(validation more: [JSONObject.Member] = []) -> [JSONObject.Member] {
    let integer = { (value: Int) in JSONValue.integer(Int64(value)) }
    let list = { (names: [String]) in JSONValue.array(names.map { .string($0) }) }
    var train: [JSONObject.Member] = []
    if let domains { train.append((key: "domains", value: list(domains))) }
    if !heldOut.isEmpty { train.append((key: "held-out", value: list(heldOut))) }
    if let perDomain { train.append((key: "per-domain", value: integer(perDomain))) }
    if let perClass { train.append((key: "per-class", value: integer(perClass))) }
    let share: JSONObject.Member =
      switch validation {
      case .perDomain(let count): (key: "per-domain", value: integer(count))
      case .fraction(let fraction): (key: "fraction", value: .number(fraction))
      }
    var members: [JSONObject.Member] = [
      (key: "train", value: .object(JSONObject(train))),
      (key: "validation", value: .object(JSONObject([share] + more))),
    ]
    if let seed { members.append((key: "split-seed", value: .integer(Int64(clamping: seed)))) }
    return members
  }
}
