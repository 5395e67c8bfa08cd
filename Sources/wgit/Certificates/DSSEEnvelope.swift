import Documents
import Foundation

/// A signed payload: DSSE, "Dead Simple Signing Envelope", version 1.0.2.
struct DSSEEnvelope {
  struct Signature {
    /// The fingerprint of the key: a hint, never trusted.
    let keyID: String
    let bytes: [UInt8]
  }

  let payloadType: String
  let payload: [UInt8]
  let signatures: [Signature]

  static let inTotoType = "application/vnd.in-toto+json"

  /// What is signed: `DSSEv1 LEN(type) type LEN(payload) payload`.
  static func preAuthenticationEncoding(type: String, payload: [UInt8]) -> [UInt8] {
    Array("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload
  }

  var signedBytes: [UInt8] { Self.preAuthenticationEncoding(type: payloadType, payload: payload) }

  var json: JSONValue {
    [
      "payloadType": .string(payloadType),
      "payload": .string(Data(payload).base64EncodedString()),
      "signatures": .array(
        signatures.map { ["keyid": .string($0.keyID), "sig": .string(Data($0.bytes).base64EncodedString())] }),
    ]
  }

  init(payloadType: String, payload: [UInt8], signatures: [Signature]) {
    self.payloadType = payloadType
    self.payload = payload
    self.signatures = signatures
  }

  /// - Throws: `CommandError.invalidData` unless the text is an envelope.
  init(_ text: String) throws {
    let json: JSONValue
    do {
      json = try JSONParser.parse(text)
    } catch {
      throw CommandError(.invalidData, "the signed statement is not JSON: \(error.message)")
    }
    guard let type = json["payloadType"]?.stringValue,
      let payload = json["payload"]?.stringValue.flatMap({ Data(base64Encoded: $0) }),
      let list = json["signatures"]?.arrayValue
    else { throw CommandError(.invalidData, "the signed statement is not a DSSE envelope") }
    var signatures: [Signature] = []
    for item in list {
      guard let bytes = item["sig"]?.stringValue.flatMap({ Data(base64Encoded: $0) }) else {
        throw CommandError(.invalidData, "a signature of the DSSE envelope is not base64")
      }
      signatures.append(Signature(keyID: item["keyid"]?.stringValue ?? "", bytes: Array(bytes)))
    }
    self.init(payloadType: type, payload: Array(payload), signatures: signatures)
  }
}
