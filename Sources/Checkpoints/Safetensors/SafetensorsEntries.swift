import Documents
import Tensors

/// The members of a safetensors header with their types checked, before their bytes are laid out.
struct SafetensorsEntries {
  struct Entry {
    let name: String
    let dtype: DType
    let shape: Shape
    /// Offsets from the end of the header.
    let begin: Int
    let end: Int
  }

  private(set) var entries: [Entry] = []
  private(set) var metadata: [(key: String, value: String)] = []

  /// The name that no tensor can have.
  static let metadataKey = "__metadata__"

  init(_ root: JSONObject) throws(CheckpointError) {
    entries.reserveCapacity(root.count)
    for (name, value) in root.members {
      if name == Self.metadataKey {
        metadata = try Self.metadata(value)
      } else {
        entries.append(try Self.entry(name, value))
      }
    }
  }

  private static func metadata(_ value: JSONValue) throws(CheckpointError) -> [(key: String, value: String)] {
    if value == .null { return [] }
    guard let object = value.objectValue else {
      throw CheckpointError(.badMetadata, "\"\(metadataKey)\" is not an object of strings")
    }
    var pairs: [(key: String, value: String)] = []
    for (key, value) in object.members {
      guard let text = value.stringValue else {
        throw CheckpointError(.badMetadata, "\"\(metadataKey)\": the value of \(key.quoted()) is not a string")
      }
      pairs.append((key: key, value: text))
    }
    return pairs
  }

  private static func entry(_ name: String, _ value: JSONValue) throws(CheckpointError) -> Entry {
    guard let object = value.objectValue else {
      throw CheckpointError(.badEntry, tensor: name, "its entry is not an object")
    }
    let (begin, end) = try offsets(name, field(name, object, "data_offsets"))
    return Entry(
      name: name, dtype: try dtype(name, field(name, object, "dtype")),
      shape: try shape(name, field(name, object, "shape")), begin: begin, end: end)
  }

  private static func field(
    _ name: String, _ object: JSONObject, _ key: String
  ) throws(CheckpointError) -> JSONValue {
    guard let value = object[key] else { throw CheckpointError(.badEntry, tensor: name, "\"\(key)\" is missing") }
    return value
  }

  private static func dtype(_ name: String, _ value: JSONValue) throws(CheckpointError) -> DType {
    guard let text = value.stringValue else {
      throw CheckpointError(.badEntry, tensor: name, "\"dtype\" is not a string")
    }
    guard let dtype = DType(rawValue: text) else {
      throw CheckpointError(.unknownDType, tensor: name, "unknown dtype \(text.quoted(limit: 40))")
    }
    return dtype
  }

  private static func shape(_ name: String, _ value: JSONValue) throws(CheckpointError) -> Shape {
    guard let dimensions = counts(value) else {
      throw CheckpointError(.badShape, tensor: name, "\"shape\" is not a list of integers from 0 to \(Int.max)")
    }
    do throws(TensorError) {
      return try Shape(dimensions)
    } catch {
      throw CheckpointError(.badShape, tensor: name, error.message)
    }
  }

  private static func offsets(_ name: String, _ value: JSONValue) throws(CheckpointError) -> (Int, Int) {
    guard let pair = counts(value), pair.count == 2 else {
      throw CheckpointError(
        .badOffsets, tensor: name, "\"data_offsets\" is not a pair of integers from 0 to \(Int.max)")
    }
    guard pair[0] <= pair[1] else {
      throw CheckpointError(.badOffsets, tensor: name, "its bytes begin at \(pair[0]), after their end at \(pair[1])")
    }
    return (pair[0], pair[1])
  }

  private static func counts(_ value: JSONValue) -> [Int]? {
    guard let elements = value.arrayValue else { return nil }
    var counts: [Int] = []
    counts.reserveCapacity(elements.count)
    for element in elements {
      guard let integer = element.integerValue, let count = Int(exactly: integer), count >= 0 else { return nil }
      counts.append(count)
    }
    return counts
  }
}
