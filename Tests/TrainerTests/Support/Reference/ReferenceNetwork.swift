import Documents
import Foundation
import Tensors
import Testing
import Trainer

/// Networks in f64, written down from the definitions of PyTorch's layers without regard to speed: a second opinion on
/// what the trainer's kernels compute in f32, exact enough for finite differences.
///
/// Arguments that the cases do not use are not read.
struct ReferenceNetwork {
  private let layers: [JSONValue]
  var weights: [String: [Double]]
  /// Batch normalisation takes the batch's statistics, and dropout drops.
  let isTraining: Bool
  let freezesStatistics: Bool

  init(_ definition: JSONValue, weights: StateDict, isTraining: Bool, freezesStatistics: Bool) throws {
    layers = try #require(definition["layers"]?.arrayValue)
    self.weights = Dictionary(
      uniqueKeysWithValues: weights.entries.map { ($0.name, $0.values.map { Double($0) }) })
    self.isTraining = isTraining
    self.freezesStatistics = freezesStatistics
  }

  func logits(_ input: ReferenceTensor) throws -> ReferenceTensor { try run(layers, input, prefix: "") }

  /// The mean cross-entropy.
  func loss(_ input: ReferenceTensor, labels: [Int32]) throws -> Double {
    let logits = try logits(input)
    var sum = 0.0
    for (sample, label) in labels.enumerated() {
      let row = logits.values[sample * logits.sampleLength..<(sample + 1) * logits.sampleLength]
      let largest = row.max() ?? 0
      let total = row.reduce(0) { $0 + exp($1 - largest) }
      sum += largest + log(total) - row[row.startIndex + Int(label)]
    }
    return sum / Double(labels.count)
  }

  private func run(
    _ layers: [JSONValue], _ input: ReferenceTensor, prefix: String, indexPrefix: String = ""
  ) throws -> ReferenceTensor {
    try layers.enumerated().reduce(input) { value, item in
      let name = prefix + (item.element["name"]?.stringValue ?? "\(indexPrefix)\(item.offset)")
      return try run(item.element, name, value)
    }
  }

  private func run(_ layer: JSONValue, _ name: String, _ x: ReferenceTensor) throws -> ReferenceTensor {
    let kind = try #require(layer["type"]?.stringValue)
    let arguments = ReferenceArguments(layer)
    switch kind {
    case "Residual":
      let main = try run(layer["layers"]?.arrayValue ?? [], x, prefix: "\(name).")
      let short = try run(layer["shortcut"]?.arrayValue ?? [], x, prefix: "\(name).", indexPrefix: "shortcut.")
      return ReferenceTensor(shape: main.shape, values: zip(main.values, short.values).map(+))
    case "Linear": return try linear(name, x)
    case "Conv2d": return try convolution(name, arguments, x)
    case "Embedding": return try embedding(name, x)
    case "BatchNorm2d": return batchNorm(name, arguments, x)
    case "GroupNorm": return groupNorm(name, arguments, x)
    case "LayerNorm": return layerNorm(name, arguments, x)
    case "Dropout": return isTraining ? dropout(name, arguments, x) : x
    case "MaxPool2d", "AvgPool2d": return pool(arguments, x, isMaximum: kind == "MaxPool2d")
    default: return try ReferenceActivations.run(kind, arguments, x)
    }
  }

  private func linear(_ name: String, _ x: ReferenceTensor) throws -> ReferenceTensor {
    let weight = try #require(weights["\(name).weight"])
    let inputs = x.shape.last ?? 1
    let (outputs, bias) = (weight.count / inputs, weights["\(name).bias"])
    var result = ReferenceTensor(zeros: x.shape.dropLast() + [outputs])
    for row in 0..<x.values.count / inputs {
      for output in 0..<outputs {
        result.values[row * outputs + output] = (0..<inputs).reduce(bias?[output] ?? 0) {
          $0 + x.values[row * inputs + $1] * weight[output * inputs + $1]
        }
      }
    }
    return result
  }

  private func convolution(_ name: String, _ a: ReferenceArguments, _ x: ReferenceTensor) throws -> ReferenceTensor {
    let (weight, bias) = (try #require(weights["\(name).weight"]), weights["\(name).bias"])
    let (kernel, groups) = (a.pair("kernel_size"), a.integer("groups", 1))
    let windows = a.windows
    let outputs = a.integer("out_channels", 0)
    let (outputsOfGroup, inputsOfGroup) = (outputs / groups, x.shape[1] / groups)
    let size = windows.outputSize(x.shape)
    return ReferenceTensor(images: [x.sampleCount, outputs] + size) { sample, output, row, column in
      var sum = bias?[output] ?? 0
      for input in 0..<inputsOfGroup {
        for tap in 0..<kernel[0] * kernel[1] {
          let place = windows.place(row, column, tap)
          let value = x.pixel(sample, output / outputsOfGroup * inputsOfGroup + input, place.row, place.column) ?? 0
          sum += value * weight[(output * inputsOfGroup + input) * kernel[0] * kernel[1] + tap]
        }
      }
      return sum
    }
  }

  private func embedding(_ name: String, _ x: ReferenceTensor) throws -> ReferenceTensor {
    let table = try #require(weights["\(name).weight"])
    let rows = x.values.map { Int($0) }
    let width = table.count / (try #require(rowCounts["\(name).weight"]))
    return ReferenceTensor(
      shape: x.shape + [width], values: rows.flatMap { table[$0 * width..<($0 + 1) * width] })
  }

  /// Rows of the tables; the other weights' shapes follow from their layers.
  var rowCounts: [String: Int] = [:]

  private func batchNorm(_ name: String, _ a: ReferenceArguments, _ x: ReferenceTensor) -> ReferenceTensor {
    let area = x.shape[2] * x.shape[3]
    let channel = { (index: Int) in index / area % x.shape[1] }
    var result = x
    if isTraining, !freezesStatistics {
      result = x.normalized(epsilon: a.number("eps", 1e-5), group: channel)
    } else if let mean = weights["\(name).running_mean"], let variance = weights["\(name).running_var"] {
      for index in x.values.indices {
        let c = channel(index)
        result.values[index] = (x.values[index] - mean[c]) / (variance[c] + a.number("eps", 1e-5)).squareRoot()
      }
    }
    return affine(name, result, channel)
  }

  private func groupNorm(_ name: String, _ a: ReferenceArguments, _ x: ReferenceTensor) -> ReferenceTensor {
    let length = x.sampleLength / a.integer("num_groups", 1)
    let area = x.shape[2] * x.shape[3]
    return affine(name, x.normalized(epsilon: a.number("eps", 1e-5)) { $0 / length }) { $0 / area % x.shape[1] }
  }

  private func layerNorm(_ name: String, _ a: ReferenceArguments, _ x: ReferenceTensor) -> ReferenceTensor {
    let length = a.product("normalized_shape")
    return affine(name, x.normalized(epsilon: a.number("eps", 1e-5)) { $0 / length }) { $0 % length }
  }

  private func affine(_ name: String, _ x: ReferenceTensor, _ place: (Int) -> Int) -> ReferenceTensor {
    let (weight, bias) = (weights["\(name).weight"], weights["\(name).bias"])
    var result = x
    for index in x.values.indices {
      result.values[index] = x.values[index] * (weight?[place(index)] ?? 1) + (bias?[place(index)] ?? 0)
    }
    return result
  }

  /// The draws of `Dropout`, whose elements are counted as they lie in memory: positions, then channels.
  private func dropout(_ name: String, _ a: ReferenceArguments, _ x: ReferenceTensor) -> ReferenceTensor {
    let random = CounterRandom(seed: 0, stream: "layers/\(name)/0")
    let p = a.number("p", 0.5)
    let area = x.shape.count == 4 ? x.shape[2] * x.shape[3] : 1
    let channels = x.sampleLength / area
    var result = x
    for index in x.values.indices {
      let (sample, place) = index.quotientAndRemainder(dividingBy: x.sampleLength)
      let element = UInt64(sample * x.sampleLength + place % area * channels + place / area)
      let bits = random.bits(at: element >> 1) >> (element & 1 == 0 ? 0 : 32) & 0xFFFF_FFFF
      result.values[index] = Double(bits) >= (p * 0x1p32).rounded() ? x.values[index] / (1 - p) : 0
    }
    return result
  }

  private func pool(_ a: ReferenceArguments, _ x: ReferenceTensor, isMaximum: Bool) -> ReferenceTensor {
    let windows = a.windows
    let taps = a.pair("kernel_size")[0] * a.pair("kernel_size")[1]
    return ReferenceTensor(images: [x.sampleCount, x.shape[1]] + windows.outputSize(x.shape)) {
      sample, channel, row, column in
      let values = (0..<taps).compactMap { tap in
        let place = windows.place(row, column, tap)
        return x.pixel(sample, channel, place.row, place.column)
      }
      return isMaximum ? values.max() ?? 0 : values.reduce(0, +) / Double(taps)
    }
  }
}
