import Documents
import Tensors

/// A file as an ordered list of segments. Putting the chunks of all segments one after the other gives the file back.
package struct Manifest: CanonicalObject, Hashable {
  package static let kind = ObjectKind.manifest

  package enum Format: String, Sendable {
    /// Every byte is opaque.
    case bytes
    /// A safetensors file: one opaque header segment, then tensors.
    case safetensors
  }

  package struct Segment: Hashable, Sendable {
    /// `nil` for bytes that belong to no tensor: headers, padding, whole plain files.
    package let tensor: Tensor?
    package let byteCount: Int
    package let chunks: [ObjectID<Blob>]

    package init(tensor: Tensor?, byteCount: Int, chunks: [ObjectID<Blob>]) {
      self.tensor = tensor
      self.byteCount = byteCount
      self.chunks = chunks
    }
  }

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

  package let format: Format
  package let byteCount: Int
  /// SHA-256 of the whole file.
  package let sha256: Digest
  package let segments: [Segment]

  package init(format: Format, byteCount: Int, sha256: Digest, segments: [Segment]) {
    self.format = format
    self.byteCount = byteCount
    self.sha256 = sha256
    self.segments = segments
  }

  /// The segments that are tensors, in file order.
  package var tensors: [(tensor: Tensor, segment: Segment)] {
    segments.compactMap { segment in segment.tensor.map { ($0, segment) } }
  }

  package var fields: JSONObject {
    JSONObject([
      ("byteCount", .integer(Int64(byteCount))),
      ("format", .string(format.rawValue)),
      ("segments", .array(segments.map(\.json))),
      ("sha256", .string(sha256.hex)),
    ])
  }

  package init(fields: ObjectFields) throws(StoreError) {
    guard let format = Format(rawValue: try fields.string("format")) else {
      throw fields.wrong("format", "a file format that this wgit knows")
    }
    self.format = format
    byteCount = try fields.count("byteCount")
    sha256 = try fields.digest("sha256")
    var segments: [Segment] = []
    var total = 0
    var names: Set<TensorName> = []
    for item in try fields.objects("segments") {
      let segment = try Segment(item)
      let (sum, overflow) = total.addingReportingOverflow(segment.byteCount)
      guard !overflow else { throw fields.wrong("segments", "a list whose sizes can be added") }
      total = sum
      if let tensor = segment.tensor, !names.insert(TensorName(tensor.name)).inserted {
        throw StoreError(.malformedObject, "manifest: tensor \(tensor.name.quoted()) stands twice")
      }
      segments.append(segment)
    }
    guard total == byteCount else {
      throw StoreError(.malformedObject, "manifest: segments have \(total) bytes, the file has \(byteCount)")
    }
    self.segments = segments
  }
}

extension Manifest.Segment {
  var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("byteCount", .integer(Int64(byteCount))),
      ("chunks", .array(chunks.map { .string($0.hex) })),
    ]
    if let tensor {
      members.append(("dtype", .string(tensor.dtype.rawValue)))
      members.append(("shape", .array(tensor.shape.dimensions.map { .integer(Int64($0)) })))
      members.append(("tensor", .string(tensor.name)))
    }
    return .object(JSONObject(members))
  }

  init(_ fields: ObjectFields) throws(StoreError) {
    byteCount = try fields.count("byteCount")
    chunks = try fields.digests("chunks").map { ObjectID($0) }
    guard chunks.count == ChunkGrid.chunkCount(byteCount: byteCount) else {
      throw StoreError(.malformedObject, "manifest: \(chunks.count) chunks cannot hold \(byteCount) bytes")
    }
    tensor = try fields.optional("tensor") == nil ? nil : Manifest.Tensor(fields, byteCount: byteCount)
    try fields.finish()
  }
}

extension Manifest.Tensor {
  init(_ fields: ObjectFields, byteCount: Int) throws(StoreError) {
    name = try fields.string("tensor")
    guard let dtype = DType(rawValue: try fields.string("dtype")) else {
      throw fields.wrong("dtype", "a data type that this wgit knows")
    }
    var dimensions: [Int] = []
    for value in try fields.array("shape") {
      guard let dimension = value.integerValue.flatMap({ Int(exactly: $0) }) else {
        throw fields.wrong("shape", "a list of integers")
      }
      dimensions.append(dimension)
    }
    do {
      shape = try Shape(dimensions)
      let expected = try shape.byteCount(of: dtype)
      guard expected == byteCount else { throw fields.wrong("shape", "a shape of \(byteCount) bytes") }
    } catch let error as StoreError {
      throw error
    } catch {
      throw fields.wrong("shape", "a valid shape")
    }
    self.dtype = dtype
  }
}
