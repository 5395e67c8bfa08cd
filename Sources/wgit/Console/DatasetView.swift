import Documents
import Trainer
import WeightStore

/// What `wgit data` shows of a data set.
struct DatasetView {
  let name: String
  let id: Digest
  let files: [LoadedData.File]
  /// nil for texts.
  let shape: [Int]?
  let classNames: [String]?
  let domainNames: [String]
  /// [domains, classes].
  let counts: [[Int]]
  let channels: [DatasetSummary.Channel]

  /// Classes, domains and files that are shown one by one.
  private static let limit = 20

  private var classCount: Int { counts.first?.count ?? 0 }
  private var rowCount: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

  func print() {
    let kind = shape.map { "of shape \($0)" } ?? "of text"
    Terminal.print(
      "\(Terminal.escape(name)): \(Format.count(rowCount, "row")) \(kind), "
        + "\(Format.count(classCount, "class", "classes")), \(Format.count(domainNames.count, "domain"))")
    Terminal.print("id \(id.hex)")
    Terminal.print("")
    printCounts()
    if !channels.isEmpty { printChannels() }
    printFiles()
  }

  private func printCounts() {
    let shown = classCount <= Self.limit ? Array(0..<classCount) : []
    let names = shown.map { label in Terminal.escape(classNames?[label] ?? "\(label)") }
    var table = TextTable(
      ["domain", "rows"] + names, [.left] + Array(repeating: .right, count: 1 + shown.count))
    for (domain, counts) in zip(domainNames, counts).prefix(Self.limit) {
      table.add([Terminal.escape(domain), "\(counts.reduce(0, +))"] + shown.map { "\(counts[$0])" })
    }
    table.print()
    if domainNames.count > Self.limit { Terminal.print("… and \(domainNames.count - Self.limit) more domains") }
    Terminal.print("")
  }

  private func printChannels() {
    var table = TextTable(
      ["channel", "mean", "std", "min", "max"], [.right, .right, .right, .right, .right])
    for (index, channel) in channels.enumerated().prefix(Self.limit) {
      table.add([
        "\(index)", Format.decimal(channel.mean, places: 4), Format.decimal(channel.deviation, places: 4),
        Format.decimal(Double(channel.minimum), places: 4), Format.decimal(Double(channel.maximum), places: 4),
      ])
    }
    table.print()
    Terminal.print("")
  }

  private func printFiles() {
    var table = TextTable(["file", "sha256"], [.left, .left])
    for file in files.prefix(Self.limit) {
      table.add([Terminal.escape(file.name), String(file.sha256.hex.prefix(16))])
    }
    table.print()
    if files.count > Self.limit { Terminal.print("… and \(files.count - Self.limit) more files") }
  }

  var json: JSONValue {
    let integer = { (value: Int) in JSONValue.integer(Int64(value)) }
    let domains: [JSONValue] = zip(domainNames, counts).map { name, counts in
      [
        "name": .string(name), "rows": integer(counts.reduce(0, +)), "rowsByClass": .array(counts.map(integer)),
      ]
    }
    let channels: [JSONValue] = channels.map { channel in
      [
        "mean": .number(channel.mean), "std": .number(channel.deviation), "min": .number(Double(channel.minimum)),
        "max": .number(Double(channel.maximum)),
      ]
    }
    return [
      "name": .string(name), "id": .string(id.hex), "rows": integer(rowCount),
      "shape": shape.map { .array($0.map(integer)) } ?? .null, "classes": integer(classCount),
      "classNames": classNames.map { .array($0.map { .string($0) }) } ?? .null, "domains": .array(domains),
      "channels": .array(channels),
      "files": .array(files.map { ["name": .string($0.name), "sha256": .string($0.sha256.hex)] }),
    ]
  }
}
