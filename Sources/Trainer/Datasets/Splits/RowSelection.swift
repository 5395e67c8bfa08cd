import Documents

extension TrainerError {
  static func unknownDomain(_ domain: String, of dataset: String, _ known: [String]) -> TrainerError {
    TrainerError(
      .unknownDomain,
      "data set \(dataset.quoted()) has no domain \(domain.quoted()); it has "
        + known.prefix(20).map { $0.quoted(limit: 20) }.joined(separator: ", "))
  }
}

/// Which rows of a data set: in each of the domains, `perDomain` rows after the first `skip`.
package struct RowSelection: Sendable, Equatable {
  /// Names; nil for all domains.
  package var domains: [String]?
  /// nil for all that are left.
  package var perDomain: Int?
  package var skip: Int

  package init(domains: [String]? = nil, perDomain: Int? = nil, skip: Int = 0) {
    self.domains = domains
    self.perDomain = perDomain
    self.skip = skip
  }
}

extension ImageDataset {
  /// The rows of a selection, domain after domain in the data set's order, rows in the data set's order.
  ///
  /// Domains are in the order of the data set, not of the selection, so that the rows do not depend on how a list of
  /// domains is written.
  ///
  /// - Throws: `TrainerError` with code `unknownDomain` or `insufficientRows`.
  package func rowNumbers(_ selection: RowSelection) throws -> [Int] {
    try domainRows(selection.domains).flatMap { domain, rows in
      let perDomain = selection.perDomain ?? max(0, rows.count - selection.skip)
      return try Self.slice(rows, skip: selection.skip, count: perDomain, domain: domain)
    }
  }

  /// The examples of a selection.
  package func examples(_ selection: RowSelection, threadCount: Int = 1) throws -> ExampleSet {
    try examples(try rowNumbers(selection), threadCount: threadCount)
  }

  /// The numbers of the rows of each domain, of all domains unless some are named, in the data set's order.
  func domainRows(_ names: [String]?) throws -> [(name: String, rows: [Int])] {
    for name in names ?? [] where !domainNames.contains(name) {
      throw TrainerError.unknownDomain(name, of: self.name, domainNames)
    }
    var rowsOfDomain: [[Int]] = Array(repeating: [], count: domainNames.count)
    for (index, row) in rows.enumerated() { rowsOfDomain[Int(row.domain)].append(index) }
    return zip(domainNames, rowsOfDomain).filter { names?.contains($0.0) ?? true }
  }

  static func slice(_ rows: [Int], skip: Int, count: Int, domain: String) throws -> ArraySlice<Int> {
    guard skip >= 0, count >= 0, skip <= rows.count, count <= rows.count - skip else {
      throw TrainerError(
        .insufficientRows, "domain \(domain.quoted()) has \(rows.count) rows, not \(count) after the first \(skip)")
    }
    return rows[skip..<skip + count]
  }
}
