import Checkpoints
import Documents

/// JSON: what is accepted means the same when it is written and read again.
enum DocumentInput {
  static func json(_ input: UnsafeRawBufferPointer) throws {
    let value = try JSONParser.parse(input)
    requireSound(value, depthLeft: JSONLimits.default.maximumDepth)
    let text = value.canonicalBytes()
    do {
      let again = try JSONParser.parse(text)
      require(again.canonicalBytes() == text, "JSON that is written in two ways")
    } catch {
      fatalError("JSON that cannot be read again: \(error)")
    }
  }

  private static func requireSound(_ value: JSONValue, depthLeft: Int) {
    switch value {
    case .array(let elements):
      require(depthLeft > 0, "JSON nested deeper than the limit")
      for element in elements { requireSound(element, depthLeft: depthLeft - 1) }
    case .object(let object):
      require(depthLeft > 0, "JSON nested deeper than the limit")
      let keys = object.members.map { Array($0.key.utf8) }
      require(Set(keys).count == keys.count, "a key that stands twice")
      for member in object.members { requireSound(member.value, depthLeft: depthLeft - 1) }
    case .number(let number): require(number.isFinite, "a number without a value")
    default: break
    }
  }
}

/// Headers of safetensors files: the tensors of one that is accepted fill the file exactly.
enum SafetensorsInput {
  static func parse(_ input: UnsafeRawBufferPointer) throws {
    let header = try SafetensorsHeader.read(Array(input))
    require(header.fileByteCount == input.count, "a header of another file")
    var end = header.headerByteCount
    for tensor in header.tensors {
      require(tensor.byteRange.lowerBound == end, "a hole or an overlap")
      end = tensor.byteRange.upperBound
      var bits = Double(tensor.dtype.bitWidth)
      for dimension in tensor.shape.dimensions { bits *= Double(dimension) }
      require(bits == 8 * Double(tensor.byteCount), "a tensor of another size than its shape")
    }
    require(end == input.count, "bytes that belong to no tensor")
    let names = header.tensors.map { Array($0.name.utf8) }
    require(Set(names).count == names.count, "a tensor that stands twice")
  }
}
