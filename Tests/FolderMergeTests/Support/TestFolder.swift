import Checkpoints
import Foundation
import Tensors

/// A temporary folder with models in it.
final class TestFolder {
  let url: URL

  init() throws {
    url = try FileManager.default.url(
      for: .itemReplacementDirectory, in: .userDomainMask,
      appropriateFor: URL(fileURLWithPath: NSTemporaryDirectory()), create: true
    ).resolvingSymlinksInPath()
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  func write(_ bytes: [UInt8], to name: String) throws {
    let file = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

  func read(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: url.appendingPathComponent(name))) }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  /// The names in a folder, hidden ones too, sorted.
  func names(_ folder: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path(folder)).sorted()
  }
}

/// A tensor as tests write and read it.
struct TestTensor: Equatable {
  let name: String
  let dtype: DType
  let shape: [Int]
  let bytes: [UInt8]

  init(_ name: String, _ shape: [Int], _ values: [Double], _ dtype: DType = .f32) throws {
    self.name = name
    self.dtype = dtype
    self.shape = shape
    bytes = try FloatConversion.bytes(values, as: dtype)
  }

  init(name: String, dtype: DType, shape: [Int], bytes: [UInt8]) {
    self.name = name
    self.dtype = dtype
    self.shape = shape
    self.bytes = bytes
  }

  var values: [Double] { (try? FloatConversion.doubles(bytes, as: dtype)) ?? [] }
}

extension TestFolder {
  /// Writes a safetensors file.
  func write(_ tensors: [TestTensor], to name: String, metadata: [(key: String, value: String)] = []) throws {
    let header = try SafetensorsWriter.headerBytes(
      tensors: tensors.map { .init(name: $0.name, dtype: $0.dtype, shape: try Shape($0.shape)) }, metadata: metadata)
    try write(header + tensors.flatMap(\.bytes), to: name)
  }

  /// The tensors of a safetensors file.
  func tensors(_ name: String) throws -> [TestTensor] {
    let bytes = try read(name)
    return try SafetensorsHeader.read(bytes).tensors.map { tensor in
      TestTensor(
        name: tensor.name, dtype: tensor.dtype, shape: tensor.shape.dimensions, bytes: Array(bytes[tensor.byteRange]))
    }
  }
}
