import Tensors

/// Finds the k largest of many keys without sorting: a histogram of their upper 16 bits tells the bin of the k-th
/// largest, a second one, of the lower bits in that bin, the key itself; a third pass counts keys equal to it, if some
/// of them are in and others are not.
///
/// - Ties: in the order of tensors, then of elements.
/// - Cost: two or three passes; 512 KiB per stream and thread.
struct RankSelection {
  /// One tensor of the model, or the only one.
  struct Source {
    let pass: TensorPass
    /// Writes `block.keys`: those of one stream.
    let keys: (MergeBlock, _ stream: Int) throws -> Void
  }

  /// Where the k-th largest key lies.
  private struct Target {
    var rank: Int
    /// Upper bits, then all bits, of the k-th largest key.
    var key: UInt32 = 0
    /// How many keys equal to it are in, and how many there are.
    var tieAllowance = 0
    var tieCount = 0
  }

  let sources: [Source]
  /// For each stream, how many of the largest are wanted; several numbers give several selections. Each is at least 1 and
  /// below the number of keys.
  let ranks: [[Int]]

  /// - Returns: for each stream and rank, one selection per source.
  func select() throws -> [[[TopSelection]]] {
    let targets = try findKeys()
    let ties = try tiesBefore(targets)
    return targets.indices.map { stream in
      targets[stream].indices.map { index in
        let target = targets[stream][index]
        return sources.indices.map { source in
          if target.tieAllowance == target.tieCount {
            return TopSelection(threshold: target.key, ties: .allIn, tiesBefore: [])
          }
          return TopSelection(
            threshold: target.key, ties: .firstOnly(target.tieAllowance), tiesBefore: ties[source][stream][index])
        }
      }
    }
  }

  /// The k-th largest keys alone.
  func keys() throws -> [[UInt32]] {
    try findKeys().map { $0.map(\.key) }
  }

  private func findKeys() throws -> [[Target]] {
    var targets = ranks.map { $0.map { Target(rank: $0) } }
    let upper = try histograms(bins: ranks.map { _ in [] })
    for stream in targets.indices {
      for index in targets[stream].indices {
        let found = upper.find(stream, 0, rank: targets[stream][index].rank)
        targets[stream][index].key = UInt32(found.bin) << 16
        targets[stream][index].rank = found.rank
      }
    }
    let bins = targets.map { Array(Set($0.map { $0.key >> 16 })).sorted() }
    let lower = try histograms(bins: bins)
    for stream in targets.indices {
      for index in targets[stream].indices {
        let target = targets[stream][index]
        let slot = bins[stream].firstIndex(of: target.key >> 16) ?? 0
        let found = lower.find(stream, slot, rank: target.rank)
        targets[stream][index].key |= UInt32(found.bin)
        targets[stream][index].tieAllowance = found.rank
        targets[stream][index].tieCount = lower[stream, slot, found.bin]
      }
    }
    return targets
  }

  /// - Parameter bins: for each stream the upper bits whose keys are counted, each in a histogram of its own; if there are
  ///   none, all keys are counted in one.
  private func histograms(bins: [[UInt32]]) throws -> Histograms {
    let slots = bins.map { max(1, $0.count) }
    let total = Histograms(slots: slots)
    for source in sources {
      let counted = try source.pass.tally({ Histograms(slots: slots) }, merge: { $0.add($1) }) { mine, block in
        for stream in bins.indices {
          try source.keys(block, stream)
          if bins[stream].isEmpty {
            mine.countUpper(block.keys, block.count, stream)
          }
          for (slot, bin) in bins[stream].enumerated() {
            mine.countLower(block.keys, block.count, stream, slot, bin)
          }
        }
      }
      total.add(counted)
    }
    return total
  }

  /// For each source, stream and rank the ties before each cell; empty where nobody asks.
  private func tiesBefore(_ targets: [[Target]]) throws -> [[[[Int]]]] {
    let isNeeded = targets.map { $0.map { $0.tieAllowance != $0.tieCount } }
    var seen = targets.map { $0.map { _ in 0 } }
    let empty: [[[Int]]] = targets.map { $0.map { _ in [] } }
    guard isNeeded.joined().contains(true) else { return sources.map { _ in empty } }
    let zeros = seen
    return try sources.map { source in
      let cells = try source.pass.perCell(zeros) { counts, block in
        for stream in targets.indices where isNeeded[stream].contains(true) {
          try source.keys(block, stream)
          for (index, target) in targets[stream].enumerated() where isNeeded[stream][index] {
            counts[stream][index] += FloatKernels.best.count_equal(block.keys, block.count, target.key)
          }
        }
      }
      var result = empty
      for cell in cells {
        for stream in targets.indices {
          for index in targets[stream].indices where isNeeded[stream][index] {
            result[stream][index].append(seen[stream][index])
            seen[stream][index] += cell[stream][index]
          }
        }
      }
      return result
    }
  }
}
