import Documents

/// A fact about a checkpoint file that was refused.
package struct CheckpointError: Error, Sendable, CustomStringConvertible {
  /// The kind of failure, for programs to act on.
  package enum Code: String, CaseIterable, Hashable, Sendable {
    /// The file has no bytes.
    case empty
    /// The file ends before its length field, its header or its last tensor does.
    case truncated
    /// The header's length is beyond the limit of the format.
    case headerTooLarge
    /// The header is not one JSON object in valid UTF-8.
    case headerNotJSON
    /// A tensor, a field of a tensor or a key of the metadata stands twice.
    case duplicateKey
    /// The metadata is not an object of strings.
    case badMetadata
    /// A tensor's entry is no object, or lacks a field.
    case badEntry
    /// A tensor's element type is not one of the format.
    case unknownDType
    /// A tensor's shape is not a list of counts, or holds too many elements.
    case badShape
    /// A tensor's offsets are not a pair of counts, first and last.
    case badOffsets
    /// A tensor's offsets span another number of bytes than its shape and type take.
    case sizeMismatch
    /// Bytes between two tensors belong to none.
    case hole
    /// Bytes belong to two tensors.
    case overlap
    /// Bytes after the last tensor belong to none.
    case trailingBytes
    /// A name that the format cannot hold.
    case badName
    /// The index of a sharded checkpoint is not what the format says.
    case badIndex
    /// A shard's name would lead out of its folder, or is no name of a safetensors file.
    case unsafeShardName
    /// The index and the headers of the shards do not agree on which file holds which tensor.
    case shardMismatch
    /// Two shards hold a tensor of the same name.
    case tensorInTwoShards
    /// The elements are quantised: numbers only together with scales that stand elsewhere.
    case quantized
    /// A file that stands beside the weights, such as a tokenizer or an adapter's configuration, is not what it must be.
    case badCompanion
  }

  package let code: Code
  /// What failed, with the subject quoted and the numbers.
  package let message: String
  /// The tensor concerned, if it is one.
  package let tensorName: String?
  /// For a header that is not JSON: where and why.
  package let cause: DocumentError?

  package var description: String { message }

  package init(_ code: Code, _ message: String, tensorName: String? = nil, cause: DocumentError? = nil) {
    self.code = code
    self.message = message
    self.tensorName = tensorName
    self.cause = cause
  }

  /// An error about one tensor: `tensor "wte": ` and then the message.
  init(_ code: Code, tensor name: String, _ message: String) {
    self.init(code, "tensor \(name.quoted(limit: 200)): \(message)", tensorName: name)
  }
}
