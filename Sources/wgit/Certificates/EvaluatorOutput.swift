import Documents
import Trainer

/// What an evaluator of the user's prints: a line of JSON for each example, or one for all (docs/certificates.md).
struct EvaluatorOutput {
  private let measure: CertificateMetric.Measure
  private var domainNames: [String] = []
  private var domainNumbers: [String: Int32] = [:]
  private var domains: [Int32] = []
  private var correct: [Bool] = []
  private var values: [Double] = []
  private var labels: [Int32] = []
  private var predictions: [Int32] = []
  private var metrics: (values: [String: Double], exampleCount: Int)?
  private var lineNumber = 0

  private static let exampleLimit = 100_000_000
  private static let domainLimit = 100_000

  init(_ metric: CertificateMetric) {
    measure = metric.measure
  }

  private(set) var exampleCount = 0

  /// - Throws: `CommandError.invalidData` that names the line and what it lacks.
  mutating func take(_ line: String) throws {
    lineNumber += 1
    guard !line.allSatisfy(\.isWhitespace) else { return }
    let json: JSONValue
    do {
      json = try JSONParser.parse(line)
    } catch {
      throw wrong("is not JSON: \(error.message)")
    }
    guard json.objectValue != nil else { throw wrong("is not a JSON object") }
    if json["metrics"] != nil { return try takeMetrics(json) }
    guard metrics == nil else { throw wrong("tells of an example after the metrics of all") }
    guard exampleCount < Self.exampleLimit else { throw wrong("is one example too many") }
    exampleCount += 1
    try takeDomain(json)
    try takeOutcome(json)
  }

  /// - Throws: `CommandError.invalidData` if there was nothing.
  func finding(_ metric: CertificateMetric) throws -> EvaluatedCertificate.Finding {
    if let metrics {
      guard metrics.values[metric.name] != nil else {
        throw CommandError(.invalidData, "the evaluator told metrics, but not '\(metric.name)'")
      }
      return .values(metrics.values, exampleCount: metrics.exampleCount)
    }
    guard exampleCount > 0 else { throw CommandError(.invalidData, "the evaluator told of no example") }
    var outcomes = ExampleOutcomes(domainNames: domainNames, domains: domains)
    if !correct.isEmpty { outcomes.correct = correct }
    if !values.isEmpty { outcomes.values = values }
    if !labels.isEmpty { outcomes.labels = labels }
    if !predictions.isEmpty { outcomes.predictions = predictions }
    return .outcomes(outcomes)
  }

  private mutating func takeMetrics(_ json: JSONValue) throws {
    guard exampleCount == 0, metrics == nil else { throw wrong("tells metrics, and something was told before") }
    var values: [String: Double] = [:]
    for member in json["metrics"]?.objectValue?.members ?? [] {
      guard let number = member.value.numberValue else { throw wrong("has '\(member.key)', which is no number") }
      values[member.key] = number
    }
    guard let count = json["exampleCount"]?.integerValue, (1...Int64(Self.exampleLimit)).contains(count) else {
      throw wrong("needs 'exampleCount' beside its metrics")
    }
    metrics = (values, Int(count))
  }

  private mutating func takeDomain(_ json: JSONValue) throws {
    let name: String
    switch json["domain"] {
    case nil, .null: name = "all"
    case .string(let text)?: name = text
    case .integer(let number)?: name = "\(number)"
    default: throw wrong("has a 'domain' that is no name")
    }
    if let known = domainNumbers[name] { return domains.append(known) }
    guard domainNames.count < Self.domainLimit else { throw wrong("has one domain too many") }
    domainNumbers[name] = Int32(domainNames.count)
    domains.append(Int32(domainNames.count))
    domainNames.append(name)
  }

  private mutating func takeOutcome(_ json: JSONValue) throws {
    switch measure {
    case .accuracy: correct.append(try isCorrect(json))
    case .top(let k): correct.append(try integer(json, "rank") < k)
    case .balancedAccuracy, .macroF1:
      labels.append(try integer(json, "label"))
      predictions.append(try integer(json, "prediction", from: -1))
    case .logLoss: values.append(try number(json, "loss"))
    case .meanSquaredError: values.append(try number(json, "squaredError"))
    case .calibrationError:
      correct.append(try isCorrect(json))
      let confidence = try number(json, "confidence")
      guard (0...1).contains(confidence) else { throw wrong("has a 'confidence' outside 0...1") }
      values.append(confidence)
    }
  }

  private func isCorrect(_ json: JSONValue) throws -> Bool {
    if let correct = json["correct"]?.boolValue { return correct }
    guard let label = json["label"], let prediction = json["prediction"] else {
      throw wrong("has neither 'correct' nor 'label' and 'prediction'")
    }
    return label == prediction
  }

  private func integer(_ json: JSONValue, _ key: String, from least: Int32 = 0) throws -> Int32 {
    guard let value = (json[key]?.integerValue).flatMap(Int32.init(exactly:)),
      (least...ExampleOutcomes.largestClass).contains(value)
    else { throw wrong("needs '\(key)', an integer from \(least)") }
    return value
  }

  private func number(_ json: JSONValue, _ key: String) throws -> Double {
    guard let value = json[key]?.numberValue else { throw wrong("needs '\(key)', a number") }
    return value
  }

  private func wrong(_ what: String) -> CommandError {
    CommandError(
      .invalidData, "line \(lineNumber) of the evaluator's output \(what)",
      hint: "docs/certificates.md says what an evaluator prints; anything else belongs on standard error")
  }
}
