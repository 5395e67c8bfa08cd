import Tensors
import Testing
import Trainer

struct BatchOrderTests {
  @Test func epochsAreLaidEndToEnd() {
    var order = BatchOrder(seed: 3, rowCount: 10, batchSize: 4)
    let taken = (0..<5).flatMap { order.rows(step: $0) }
    let epochs = (0..<2).flatMap { epoch in
      CounterRandom(seed: 3, stream: "batches/\(epoch)").permutation(count: 10)
        .map { BatchRow(row: $0, epoch: epoch) }
    }
    #expect(taken == epochs)
  }

  @Test func aStepIsTheSameWheneverItIsAsked() {
    var forwards = BatchOrder(seed: 1, rowCount: 7, batchSize: 3)
    let steps = (0..<20).map { forwards.rows(step: $0) }
    var backwards = BatchOrder(seed: 1, rowCount: 7, batchSize: 3)
    for step in (0..<20).reversed() { #expect(backwards.rows(step: step) == steps[step]) }
  }

  @Test func batchesLargerThanTheDataTakeRowsAgain() {
    var order = BatchOrder(seed: 0, rowCount: 3, batchSize: 8)
    let batch = order.rows(step: 0)
    #expect(batch.map(\.epoch) == [0, 0, 0, 1, 1, 1, 2, 2])
    #expect(Set(batch[0..<3].map(\.row)) == [0, 1, 2] && Set(batch[3..<6].map(\.row)) == [0, 1, 2])
  }

  @Test func domainsAreShuffledApart() {
    let domains: [Int32] = [5, 1, 5, 1, 1, 5, 1]
    var order = BatchOrder(seed: 9, domains: domains, batchSize: 2)
    #expect(order.rowCount == 4)
    var seen: [Int32: [BatchRow]] = [:]
    for step in 0..<6 {
      let batch = order.rows(step: step)
      #expect(batch.map { domains[$0.row] } == [1, 1, 5, 5])
      for row in batch { seen[domains[row.row], default: []].append(row) }
    }
    // 12 rows of each: three epochs of the four rows of domain 1, four of the three of domain 5.
    for (domain, count) in [(Int32(1), 4), (5, 3)] {
      for epoch in 0..<12 / count {
        let rows = (seen[domain] ?? []).filter { $0.epoch == epoch }.map(\.row)
        #expect(rows.sorted() == domains.indices.filter { domains[$0] == domain })
      }
    }
  }

  @Test func noRowsGiveNoBatch() {
    var order = BatchOrder(seed: 0, rowCount: 0, batchSize: 4)
    #expect(order.rows(step: 0).isEmpty && order.rowCount == 0)
  }
}
