import Documents

/// What a data set holds, found by reading every row as a network would take it in evaluation.
package struct DatasetSummary: Sendable, Equatable {
  /// The numbers of one channel, or of all features.
  package struct Channel: Sendable, Equatable {
    package let mean: Double
    /// Of the whole population.
    package let deviation: Double
    package let minimum: Float
    package let maximum: Float
  }

  /// Rows by domain and class: [domains, classes].
  package let counts: [[Int]]
  /// One for each channel of images; one for all features.
  package let channels: [Channel]

  /// Sums of some rows.
  private struct Sums {
    var count = 0.0
    var sum = 0.0
    var squares = 0.0
    var minimum = Float.infinity
    var maximum = -Float.infinity

    mutating func add(_ other: Sums) {
      count += other.count
      sum += other.sum
      squares += other.squares
      minimum = min(minimum, other.minimum)
      maximum = max(maximum, other.maximum)
    }
  }

  private static let shardSize = 64

  /// Reads all rows.
  ///
  /// DType: sums in f64. Determinism: shards are added in their order, so threads make no difference.
  /// - Throws: `TrainerError` that names the file of the first row that cannot be read.
  package init(_ dataset: ImageDataset, threadCount: Int) throws {
    let examples = try dataset.examples(Array(0..<dataset.count), threadCount: threadCount)
    var counts = Array(repeating: Array(repeating: 0, count: dataset.classCount), count: dataset.domainNames.count)
    for row in dataset.rows { counts[Int(row.domain)][Int(row.label)] += 1 }
    self.counts = counts
    channels = try Self.channels(examples, threadCount: threadCount)
  }

  private static func channels(_ examples: ExampleSet, threadCount: Int) throws -> [Channel] {
    let channelCount = if case .image(let channels, _, _) = examples.inputShape { channels } else { 1 }
    let shardCount = (examples.count + shardSize - 1) / shardSize
    var shards = Array(repeating: [Sums](), count: shardCount)
    try shards.withUnsafeMutableBufferPointer { shards in
      nonisolated(unsafe) let shards = shards
      try ShardedWork(threadCount: threadCount).run(shardCount: shardCount) { _, shard in
        shards[shard] = try sums(
          examples, rows: shard * shardSize..<min((shard + 1) * shardSize, examples.count), channelCount)
      }
    }
    var totals = Array(repeating: Sums(), count: channelCount)
    for shard in shards { for channel in 0..<channelCount { totals[channel].add(shard[channel]) } }
    return totals.map { total in
      let mean = total.sum / total.count
      return Channel(
        mean: mean, deviation: max(0, total.squares / total.count - mean * mean).squareRoot(),
        minimum: total.minimum, maximum: total.maximum)
    }
  }

  private static func sums(_ examples: ExampleSet, rows: Range<Int>, _ channelCount: Int) throws -> [Sums] {
    var sums = Array(repeating: Sums(), count: channelCount)
    let values = FloatBuffer(count: examples.inputShape.elementCount)
    for row in rows {
      try examples.copyInput(row: row, into: values.start)
      for index in 0..<values.count {
        let value = values.start[index]
        let channel = index % channelCount
        sums[channel].sum += Double(value)
        sums[channel].squares += Double(value) * Double(value)
        sums[channel].minimum = min(sums[channel].minimum, value)
        sums[channel].maximum = max(sums[channel].maximum, value)
      }
      for channel in 0..<channelCount { sums[channel].count += Double(values.count / channelCount) }
    }
    return sums
  }
}
