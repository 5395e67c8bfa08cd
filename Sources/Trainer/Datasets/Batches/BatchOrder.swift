import Tensors

/// Which rows each batch takes, as a function of the step alone: a run that is resumed at step 1000 takes the rows it
/// would have taken.
///
/// Every epoch is a random order of all rows, and batches are cut from the epochs laid end to end, so that every batch
/// is full. Taken by domain, each domain has epochs of its own, and a batch is `batchSize` rows of the first domain,
/// then as many of the second, and so on: DomainBed's minibatches.
///
/// Determinism: epoch e of all rows is the permutation of CounterRandom(seed, stream "batches/e"), of domain d that of
/// stream "batches/domain d/e".
/// Checked by: BatchOrderTests.
package struct BatchOrder: Sendable {
  /// Rows that are shuffled together.
  private struct Group: Sendable {
    let stream: String
    /// Row numbers; nil for 0..<count.
    let rows: [Int]?
    let count: Int
    var epoch = -1
    var order: [Int] = []
  }

  /// Rows taken from each group.
  package let batchSize: Int
  private let seed: UInt64
  private var groups: [Group]

  /// Batches of `batchSize` from all rows.
  package init(seed: UInt64, rowCount: Int, batchSize: Int) {
    self.seed = seed
    self.batchSize = batchSize
    groups = rowCount > 0 ? [Group(stream: "batches", rows: nil, count: rowCount)] : []
  }

  /// Batches of `batchSize` rows of each domain that has rows, domains in ascending order.
  ///
  /// - Parameter domains: of each row.
  package init(seed: UInt64, domains: [Int32], batchSize: Int) {
    self.seed = seed
    self.batchSize = batchSize
    var rows: [Int32: [Int]] = [:]
    for (row, domain) in domains.enumerated() { rows[domain, default: []].append(row) }
    groups = rows.sorted { $0.key < $1.key }.map { domain, rows in
      Group(stream: "batches/domain \(domain)", rows: rows, count: rows.count)
    }
  }

  /// Rows of a whole batch: `batchSize`, for each domain if they are taken by domain.
  package var rowCount: Int { batchSize * groups.count }

  /// The rows of one step's batch, from step 0.
  ///
  /// Cost: asked in ascending order, one permutation for each epoch.
  package mutating func rows(step: Int) -> [BatchRow] {
    var batch: [BatchRow] = []
    batch.reserveCapacity(rowCount)
    for index in groups.indices {
      var position = step * batchSize
      let end = position + batchSize
      while position < end {
        let (epoch, offset) = position.quotientAndRemainder(dividingBy: groups[index].count)
        prepare(epoch, of: index)
        let group = groups[index]
        let taken = min(end - position, group.count - offset)
        for place in group.order[offset..<offset + taken] {
          batch.append(BatchRow(row: group.rows?[place] ?? place, epoch: epoch))
        }
        position += taken
      }
    }
    return batch
  }

  private mutating func prepare(_ epoch: Int, of group: Int) {
    guard groups[group].epoch != epoch else { return }
    let random = CounterRandom(seed: seed, stream: "\(groups[group].stream)/\(epoch)")
    groups[group].order = random.permutation(count: groups[group].count)
    groups[group].epoch = epoch
  }
}
