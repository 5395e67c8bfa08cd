import Documents
import Foundation
import Trainer
import WeightStore

/// Outcomes of examples as they are stored with a result: columns of little-endian numbers in base64 (docs/format.md).
enum OutcomeColumns {
  /// The largest table that is stored, in bytes of base64; a larger one is computed again where it is needed.
  static let byteLimit = 16 << 20

  static func json(_ outcomes: ExampleOutcomes) -> JSONObject {
    var columns = JSONObject()
    _ = columns.append("count", .integer(Int64(outcomes.count)))
    _ = columns.append("domainNames", .array(outcomes.domainNames.map { .string($0) }))
    _ = columns.append("domain", integers(outcomes.domains))
    if let correct = outcomes.correct {
      _ = columns.append("correct", .string(Data(correct.map { $0 ? 1 : 0 }).base64EncodedString()))
    }
    if let values = outcomes.values {
      let bits = values.map { $0.bitPattern.littleEndian }
      _ = columns.append("value", .string(bits.withUnsafeBytes { Data($0) }.base64EncodedString()))
    }
    if let labels = outcomes.labels { _ = columns.append("label", integers(labels)) }
    if let predictions = outcomes.predictions { _ = columns.append("prediction", integers(predictions)) }
    return columns
  }

  /// nil for a table that is damaged or of another kind: it is computed again.
  static func outcomes(_ columns: JSONObject) -> ExampleOutcomes? {
    let json = JSONValue.object(columns)
    let names = json["domainNames"]?.arrayValue?.compactMap(\.stringValue)
    guard let names, let domains = column(json["domain"], Int32.self) else { return nil }
    var outcomes = ExampleOutcomes(domainNames: names, domains: domains.map(Int32.init(littleEndian:)))
    outcomes.correct = column(json["correct"], UInt8.self)?.map { $0 != 0 }
    outcomes.values = column(json["value"], UInt64.self)?.map { Double(bitPattern: UInt64(littleEndian: $0)) }
    outcomes.labels = column(json["label"], Int32.self)?.map(Int32.init(littleEndian:))
    outcomes.predictions = column(json["prediction"], Int32.self)?.map(Int32.init(littleEndian:))
    return outcomes.isConsistent ? outcomes : nil
  }

  static func digest(_ columns: JSONObject) -> Digest {
    SHA256.digest(of: JSONValue.object(columns).canonicalBytes())
  }

  private static func integers(_ values: [Int32]) -> JSONValue {
    .string(values.map(\.littleEndian).withUnsafeBytes { Data($0) }.base64EncodedString())
  }

  private static func column<Element: FixedWidthInteger>(_ json: JSONValue?, _ type: Element.Type) -> [Element]? {
    guard let text = json?.stringValue, let data = Data(base64Encoded: text) else { return nil }
    let size = MemoryLayout<Element>.size
    guard data.count % size == 0 else { return nil }
    return data.withUnsafeBytes { bytes in
      (0..<data.count / size).map { bytes.loadUnaligned(fromByteOffset: $0 * size, as: Element.self) }
    }
  }
}
