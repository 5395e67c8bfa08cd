import Documents
import Tensors

/// Makes the headers of safetensors files.
package enum SafetensorsWriter {
  /// One tensor to be written.
  package struct Tensor: Hashable, Sendable {
    package let name: String
    package let dtype: DType
    package let shape: Shape

    package init(name: String, dtype: DType, shape: Shape) {
      self.name = name
      self.dtype = dtype
      self.shape = shape
    }
  }

  /// The bytes before the first tensor: the length field, then the JSON as the Rust library writes it, padded with
  /// spaces to a multiple of 8 bytes. The tensors' bytes must follow in the order given, without gaps.
  ///
  /// Files from the Rust library and its Python binding have their tensors in `libraryOrder(_:)`.
  ///
  /// - Parameter metadata: the entries of `__metadata__`, left out if there are none. transformers wants
  ///   `format: pt`.
  /// - Throws: `duplicateKey` for a repeated name; `badName` for a tensor named `__metadata__`; `badShape` for sizes
  ///   beyond `Int`; `sizeMismatch` for sub-byte elements that do not fill whole bytes; `headerTooLarge`.
  package static func headerBytes(
    tensors: [Tensor], metadata: [(key: String, value: String)] = [(key: "format", value: "pt")]
  ) throws(CheckpointError) -> [UInt8] {
    var root = JSONObject()
    if !metadata.isEmpty {
      var pairs = JSONObject()
      for (key, value) in metadata where !pairs.append(key, .string(value)) {
        throw CheckpointError(.duplicateKey, "the metadata's key \(key.quoted()) stands twice")
      }
      _ = root.append(SafetensorsEntries.metadataKey, .object(pairs))
    }
    var end = 0
    for tensor in tensors {
      guard tensor.name != SafetensorsEntries.metadataKey else {
        throw CheckpointError(.badName, tensor: tensor.name, "the format keeps this name for the file's metadata")
      }
      let begin = end
      end = try self.end(of: tensor, from: begin)
      let entry: JSONValue = [
        "dtype": .string(tensor.dtype.rawValue),
        "shape": .array(tensor.shape.dimensions.map { .integer(Int64($0)) }),
        "data_offsets": [.integer(Int64(begin)), .integer(Int64(end))],
      ]
      guard root.append(tensor.name, entry) else {
        throw CheckpointError(.duplicateKey, tensor: tensor.name, "two tensors have this name")
      }
    }
    return try framed(JSONValue.object(root).compactBytes())
  }

  /// The order in which the Rust library writes tensors: wider types first, so that all stay aligned, then by name.
  package static func libraryOrder(_ tensors: [Tensor]) -> [Tensor] {
    tensors.sorted { left, right in
      let ranks = (rank(left.dtype), rank(right.dtype))
      return ranks.0 != ranks.1 ? ranks.0 > ranks.1 : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
  }

  /// The place of a type in the declaration of the Rust library, from narrow to wide.
  private static func rank(_ dtype: DType) -> Int {
    let order: [DType] = [
      .bool, .f4, .f6E2M3, .f6E3M2, .u8, .i8, .f8E5M2, .f8E4M3, .f8E8M0, .f8E4M3FNUZ, .f8E5M2FNUZ, .i16, .u16, .f16,
      .bf16, .i32, .u32, .f32, .c64, .f64, .i64, .u64,
    ]
    return order.firstIndex(of: dtype) ?? 0
  }

  private static func end(of tensor: Tensor, from begin: Int) throws(CheckpointError) -> Int {
    do throws(TensorError) {
      let (end, overflow) = begin.addingReportingOverflow(try tensor.shape.byteCount(of: tensor.dtype))
      guard !overflow else { throw TensorError(.sizeOverflow, "the file would be larger than \(Int.max) bytes") }
      return end
    } catch {
      throw CheckpointError(error.code == .partialByte ? .sizeMismatch : .badShape, tensor: tensor.name, error.message)
    }
  }

  private static func framed(_ json: [UInt8]) throws(CheckpointError) -> [UInt8] {
    let padding = (8 - json.count % 8) % 8
    let length = json.count + padding
    guard length <= SafetensorsHeader.maximumHeaderByteCount else {
      throw CheckpointError(
        .headerTooLarge,
        "a header of \(length) bytes is larger than the limit of \(SafetensorsHeader.maximumHeaderByteCount)")
    }
    let field = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    return field + json + [UInt8](repeating: 0x20, count: padding)
  }
}
