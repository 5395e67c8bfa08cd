import Documents
import Tensors

extension ImageDataset {
  /// Rows to train on and rows to validate on, from the same domains and never the same rows: DomainBed's training-domain
  /// validation.
  ///
  /// In each domain, in the order of the seed or of the data set:
  /// - training takes the first `perDomain` rows, or the first `perClass` rows of each class; validation takes the first
  ///   of those that are left;
  /// - without either, validation takes the last rows and training all before them.
  ///
  /// Held-out rows of the same domains are those after both (`RowSelection.skip`), if there is no seed and no `perClass`.
  ///
  /// Determinism: the order of a domain is the permutation of CounterRandom(seed, stream "split/<domain>").
  /// - Throws: `TrainerError` with code `unknownDomain` or `insufficientRows`.
  package func split(_ split: DatasetSplit) throws -> (train: [Int], validation: [Int]) {
    var (train, validation): ([Int], [Int]) = ([], [])
    for (domain, rows) in try domainRows(domains(of: split)) {
      let ordered = split.seed.map { Self.shuffled(rows, seed: $0, domain: domain) } ?? rows
      let part = try self.split(ordered, split, domain: domain)
      train += part.train
      validation += part.validation
    }
    return (train, validation)
  }

  private func domains(of split: DatasetSplit) throws -> [String]? {
    guard !split.heldOut.isEmpty else { return split.domains }
    _ = try domainRows(split.heldOut)
    return domainNames.filter { !split.heldOut.contains($0) }
  }

  private static func shuffled(_ rows: [Int], seed: UInt64, domain: String) -> [Int] {
    CounterRandom(seed: seed, stream: "split/\(domain)").permutation(count: rows.count).map { rows[$0] }
  }

  private func split(
    _ rows: [Int], _ split: DatasetSplit, domain: String
  ) throws -> (train: ArraySlice<Int>, validation: ArraySlice<Int>) {
    let validationCount =
      switch split.validation {
      case .perDomain(let count): count
      case .fraction(let fraction): Int(fraction * Double(rows.count))
      }
    if let perClass = split.perClass {
      let (few, rest) = try firstOfEachClass(rows, perClass, domain: domain)
      return (few[...], try Self.slice(rest, skip: 0, count: validationCount, domain: domain))
    }
    let trainCount = split.perDomain ?? max(0, rows.count - validationCount)
    return (
      try Self.slice(rows, skip: 0, count: trainCount, domain: domain),
      try Self.slice(rows, skip: trainCount, count: validationCount, domain: domain)
    )
  }

  /// The first `count` rows of each class, and the others, both in the order of `rows`.
  private func firstOfEachClass(_ rows: [Int], _ count: Int, domain: String) throws -> (few: [Int], rest: [Int]) {
    var found = Array(repeating: 0, count: classCount)
    var (few, rest): ([Int], [Int]) = ([], [])
    for row in rows {
      let label = Int(self.rows[row].label)
      found[label] += 1
      if found[label] <= count { few.append(row) } else { rest.append(row) }
    }
    if let label = found.firstIndex(where: { $0 < count }) {
      throw TrainerError(
        .insufficientRows,
        "domain \(domain.quoted()) has \(found[label]) rows of class \(className(label)), not \(count)")
    }
    return (few, rest)
  }

  private func className(_ label: Int) -> String {
    classNames.map { "\(label) (\($0[label].quoted(limit: 40)))" } ?? "\(label)"
  }
}
