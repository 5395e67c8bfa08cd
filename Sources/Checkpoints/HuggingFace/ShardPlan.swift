import Documents
import Tensors

/// Which file each tensor of a checkpoint is written to, in which order.
///
/// - Checked by: ShardPlanTests.
package struct ShardPlan: Sendable, Hashable {
  package struct Shard: Sendable, Hashable {
    package let file: String
    package let tensors: [SafetensorsWriter.Tensor]
  }

  package let shards: [Shard]

  /// Everything in one file, in the order given.
  package init(_ tensors: [SafetensorsWriter.Tensor], singleFile: String) {
    shards = [Shard(file: singleFile, tensors: tensors)]
  }

  /// Tensors in their order, cut where the next one would make a file larger than `maximumByteCount`; a tensor that is
  /// larger alone has a file of its own. One file is `STEM.safetensors`, several are `STEM-00001-of-0000N.safetensors`.
  ///
  /// - Throws: `badShape`, `sizeMismatch` for tensors whose size cannot be counted.
  package init(
    _ tensors: [SafetensorsWriter.Tensor], maximumByteCount: Int, stem: String = "model"
  ) throws(CheckpointError) {
    var groups: [[SafetensorsWriter.Tensor]] = [[]]
    var size = 0
    for tensor in tensors {
      let byteCount = try ShardPlan.byteCount(of: tensor)
      let (sum, overflow) = size.addingReportingOverflow(byteCount)
      if overflow || sum > maximumByteCount, !groups[groups.count - 1].isEmpty {
        groups.append([])
        size = byteCount
      } else {
        size = sum
      }
      groups[groups.count - 1].append(tensor)
    }
    shards = groups.enumerated().map { number, group in
      Shard(file: ShardPlan.fileName(stem, number, of: groups.count), tensors: group)
    }
  }

  /// Each tensor in the file, and at the place, that it has in another checkpoint.
  ///
  /// - Returns: nil unless every tensor stands there and every file gets at least one.
  package init?(_ tensors: [SafetensorsWriter.Tensor], as other: ShardedHeader) {
    let byName = Dictionary(tensors.map { (JSONKey($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    var groups = [[SafetensorsWriter.Tensor]](repeating: [], count: other.files.count)
    var count = 0
    for place in other.tensors {
      guard let tensor = byName[JSONKey(place.descriptor.name)] else { continue }
      groups[place.shard].append(tensor)
      count += 1
    }
    guard count == tensors.count, groups.allSatisfy({ !$0.isEmpty }) else { return nil }
    shards = zip(other.files, groups).map { Shard(file: $0, tensors: $1) }
  }

  /// Whether the checkpoint needs an index.
  package var isSharded: Bool { shards.count > 1 }

  /// The text of the checkpoint's index.
  package func indexBytes() throws(CheckpointError) -> [UInt8] {
    var total = 0
    var map: [(tensor: String, file: String)] = []
    for shard in shards {
      for tensor in shard.tensors {
        total += try ShardPlan.byteCount(of: tensor)
        map.append((tensor.name, shard.file))
      }
    }
    return ShardIndex.bytes(of: map, totalByteCount: total)
  }

  /// The name of the index: `model.safetensors.index.json` beside `model-00001-of-00002.safetensors`.
  package var indexFile: String {
    let name = shards.first?.file ?? ""
    let digits = "-00001-of-00002.safetensors".count
    let isNumbered = name.count > digits && ShardPlan.number(of: name) != nil
    return (isNumbered ? String(name.dropLast(digits)) : "model") + ShardIndex.fileNameSuffix
  }

  /// For `STEM-00001-of-00003.safetensors`: the stem, 1 and 3.
  package static func number(of file: String) -> (stem: String, number: Int, count: Int)? {
    guard file.hasSuffix(".safetensors") else { return nil }
    let parts = file.dropLast(".safetensors".count).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[parts.count - 2] == "of", parts[parts.count - 1].count == 5,
      parts[parts.count - 3].count == 5, let number = Int(parts[parts.count - 3]),
      let count = Int(parts[parts.count - 1]), number >= 1, number <= count
    else { return nil }
    return (parts.dropLast(3).joined(separator: "-"), number, count)
  }

  private static func fileName(_ stem: String, _ index: Int, of count: Int) -> String {
    guard count > 1 else { return "\(stem).safetensors" }
    return "\(stem)-\(fiveDigits(index + 1))-of-\(fiveDigits(count)).safetensors"
  }

  private static func fiveDigits(_ number: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, 5 - text.count)) + text
  }

  private static func byteCount(of tensor: SafetensorsWriter.Tensor) throws(CheckpointError) -> Int {
    do throws(TensorError) {
      return try tensor.shape.byteCount(of: tensor.dtype)
    } catch {
      throw CheckpointError(
        error.code == .partialByte ? .sizeMismatch : .badShape, tensor: tensor.name, error.message)
    }
  }
}
