import Documents
import Foundation
import Testing

/// Layers without weights: element by element, and changes of shape.
enum ReferenceActivations {
  static func run(_ kind: String, _ a: ReferenceArguments, _ x: ReferenceTensor) throws -> ReferenceTensor {
    switch kind {
    case "ReLU": return x.map { max(0, $0) }
    case "ReLU6": return x.map { min(6, max(0, $0)) }
    case "Tanh": return x.map { tanh($0) }
    case "SiLU": return x.map { $0 / (1 + exp(-$0)) }
    case "GELU" where a.string("approximate") == "tanh":
      return x.map { 0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }
    case "GELU": return x.map { 0.5 * $0 * (1 + erf($0 / 2.0.squareRoot())) }
    case "Flatten": return ReferenceTensor(shape: [x.sampleCount, x.sampleLength], values: x.values)
    case "GlobalAvgPool" where x.shape.count == 4:
      let area = x.shape[2] * x.shape[3]
      let means = stride(from: 0, to: x.values.count, by: area).map { first in
        x.values[first..<first + area].reduce(0, +) / Double(area)
      }
      return ReferenceTensor(shape: [x.sampleCount, x.shape[1]], values: means)
    case "GlobalAvgPool":
      var result = ReferenceTensor(zeros: [x.sampleCount, x.shape[2]])
      for (index, value) in x.values.enumerated() {
        result.values[index / x.sampleLength * x.shape[2] + index % x.shape[2]] += value / Double(x.shape[1])
      }
      return result
    default: throw Missing(kind: kind)
    }
  }

  struct Missing: Error {
    let kind: String
  }
}

/// A layer's arguments, with PyTorch's default values.
struct ReferenceArguments {
  private let json: JSONValue

  init(_ json: JSONValue) { self.json = json }

  func integer(_ key: String, _ preset: Int) -> Int { json[key]?.integerValue.map { Int($0) } ?? preset }
  func number(_ key: String, _ preset: Double) -> Double { json[key]?.numberValue ?? preset }
  func string(_ key: String) -> String? { json[key]?.stringValue }

  /// A number for height and width, or both.
  func pair(_ key: String, _ preset: [Int] = [1, 1]) -> [Int] {
    if let list = json[key]?.arrayValue { return list.map { Int($0.integerValue ?? 0) } }
    return json[key]?.integerValue.map { [Int($0), Int($0)] } ?? preset
  }

  func product(_ key: String) -> Int {
    json[key]?.arrayValue?.reduce(1) { $0 * Int($1.integerValue ?? 0) } ?? integer(key, 1)
  }

  var windows: Windows {
    let isPool = json["type"]?.stringValue?.contains("Pool") == true
    return Windows(
      kernel: pair("kernel_size"), stride: pair("stride", isPool ? pair("kernel_size") : [1, 1]),
      padding: pair("padding", [0, 0]), dilation: pair("dilation"))
  }

  /// Windows over an image, by PyTorch's formula for their number.
  struct Windows {
    let kernel, stride, padding, dilation: [Int]

    func outputSize(_ shape: [Int]) -> [Int] {
      (0..<2).map { (shape[2 + $0] + 2 * padding[$0] - dilation[$0] * (kernel[$0] - 1) - 1) / stride[$0] + 1 }
    }

    func place(_ row: Int, _ column: Int, _ tap: Int) -> (row: Int, column: Int) {
      (
        row * stride[0] + tap / kernel[1] * dilation[0] - padding[0],
        column * stride[1] + tap % kernel[1] * dilation[1] - padding[1]
      )
    }
  }
}
