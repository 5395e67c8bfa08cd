/// A block of f64 numbers in C order; the first dimension counts samples.
struct ReferenceTensor {
  var shape: [Int]
  var values: [Double]

  init(shape: [Int], values: [Double]) {
    precondition(shape.reduce(1, *) == values.count)
    self.shape = shape
    self.values = values
  }

  init(zeros shape: [Int]) { self.init(shape: shape, values: Array(repeating: 0, count: shape.reduce(1, *))) }

  var sampleCount: Int { shape[0] }
  /// Elements of one sample.
  var sampleLength: Int { values.count / shape[0] }

  func map(_ function: (Double) -> Double) -> ReferenceTensor {
    ReferenceTensor(shape: shape, values: values.map(function))
  }

  /// Each element of an image tensor as a function of sample, channel, row and column.
  init(images shape: [Int], _ value: (_ sample: Int, _ channel: Int, _ row: Int, _ column: Int) -> Double) {
    self.init(zeros: shape)
    for sample in 0..<shape[0] {
      for channel in 0..<shape[1] {
        for row in 0..<shape[2] {
          for column in 0..<shape[3] {
            values[((sample * shape[1] + channel) * shape[2] + row) * shape[3] + column] =
              value(sample, channel, row, column)
          }
        }
      }
    }
  }

  /// A pixel; nil outside the image.
  func pixel(_ sample: Int, _ channel: Int, _ row: Int, _ column: Int) -> Double? {
    guard (0..<shape[2]).contains(row), (0..<shape[3]).contains(column) else { return nil }
    return values[((sample * shape[1] + channel) * shape[2] + row) * shape[3] + column]
  }

  /// Groups of elements made to have mean 0 and variance 1 (biased, with ε): element i belongs to group `group(i)`.
  func normalized(epsilon: Double, group: (Int) -> Int) -> ReferenceTensor {
    var sums: [Int: (count: Double, sum: Double)] = [:]
    for (index, value) in values.enumerated() {
      let old = sums[group(index)] ?? (0, 0)
      sums[group(index)] = (old.count + 1, old.sum + value)
    }
    let means = sums.mapValues { $0.sum / $0.count }
    var squares: [Int: Double] = [:]
    for (index, value) in values.enumerated() {
      let key = group(index)
      let deviation = value - (means[key] ?? 0)
      squares[key, default: 0] += deviation * deviation / (sums[key]?.count ?? 1)
    }
    var result = self
    for index in values.indices {
      let key = group(index)
      result.values[index] = (values[index] - (means[key] ?? 0)) / ((squares[key] ?? 0) + epsilon).squareRoot()
    }
    return result
  }
}
