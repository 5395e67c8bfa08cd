import Documents
import Merging
import WeightStore

/// How the models of a merge lie to each other and to their base, measured before it is made.
struct GeometryReport {
  private let names: [String]
  private let total: WeightGeometry
  private let tensors: [(name: String, geometry: WeightGeometry)]
  let readByteCount: Int
  let seconds: Double

  /// Reads the tensors that models changed.
  ///
  /// - Returns: `nil` if there is nothing to compare.
  init?(
    _ plan: MergePlan, _ specification: MergeSpecification, names: [String], _ repository: Repository,
    progress: ProgressLine
  ) throws {
    let changed = try repository.changedTensors(plan, of: specification)
    guard !changed.isEmpty else { return nil }
    let start = ContinuousClock.now
    let runner = repository.parallelRunner
    let executor = MergeExecutor(workerCount: runner.workerCount) { try runner.run(count: $0, $1) }
    var total = WeightGeometry(modelCount: names.count)
    var tensors: [(name: String, geometry: WeightGeometry)] = []
    var done = 0
    let all = changed.reduce(0) { $0 + $1.readByteCount }
    for tensor in changed {
      progress.update("comparing models: \(Format.bytes(done)) of \(Format.bytes(all))")
      let geometry = try WeightGeometry(
        tensor.models.map { model -> (any TensorReader)? in model.map { StoredReader($0) } },
        base: StoredReader(tensor.base), on: executor)
      total += geometry
      tensors.append((tensor.name, geometry))
      done += tensor.readByteCount
    }
    progress.clear()
    self.names = names
    self.total = total
    self.tensors = tensors
    readByteCount = all
    let elapsed = (ContinuousClock.now - start).components
    seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
  }

  /// t of every tensor that has one, from the smallest on.
  private var ratios: [Double] { tensors.compactMap(\.geometry.modelStockRatio).sorted() }

  func print(base: String) {
    Terminal.print("changes from \(base), over \(Format.count(tensors.count, "tensor")):")
    let earlier = names.dropLast().map(Terminal.escape)
    var table = TextTable(
      ["  model", "length"] + earlier.map { "cosine with \($0)" } + earlier.map { "signs as \($0)" },
      [.left] + [TextTable.Alignment](repeating: .right, count: 2 * names.count - 1))
    for (i, name) in names.enumerated() {
      let others = names.indices.dropLast()
      table.add(
        ["  \(Terminal.escape(name))", Format.significant(total.norm(i))]
          + others.map { $0 < i ? total.cosine(i, $0).map { Format.decimal($0, places: 4) } ?? "-" : "" }
          + others.map { $0 < i ? total.signAgreement(i, $0).map { Format.percent($0) } ?? "-" : "" })
    }
    table.print()
    guard let least = ratios.first, let most = ratios.last else { return }
    let middle = ratios[ratios.count / 2]
    Terminal.print(
      "  Model Stock would go \(Format.decimal(middle, places: 3)) of the way to the mean "
        + "(tensors from \(Format.decimal(least, places: 3)) to \(Format.decimal(most, places: 3)))")
  }

  var json: JSONValue {
    [
      "tensorCount": .integer(Int64(tensors.count)),
      "models": .array(
        names.enumerated().map { ["name": .string($1), "length": GeometryReport.number(total.norm($0))] }),
      "pairs": .array(GeometryReport.pairs(total, names)),
      "modelStock": modelStock,
      "tensors": .array(
        tensors.map { name, geometry -> JSONValue in
          [
            "tensor": .string(name),
            "lengths": .array(names.indices.map { GeometryReport.number(geometry.norm($0)) }),
            "pairs": .array(GeometryReport.pairs(geometry, names)),
            "modelStock": geometry.modelStockRatio.map { .number($0) } ?? .null,
          ]
        }),
    ]
  }

  private var modelStock: JSONValue {
    let ratios = ratios
    guard let least = ratios.first, let most = ratios.last else { return .null }
    return ["smallest": .number(least), "median": .number(ratios[ratios.count / 2]), "largest": .number(most)]
  }

  private static func pairs(_ geometry: WeightGeometry, _ names: [String]) -> [JSONValue] {
    names.indices.flatMap { i in
      (0..<i).map { j -> JSONValue in
        [
          "models": [.string(names[j]), .string(names[i])],
          "cosine": geometry.cosine(i, j).map { .number($0) } ?? .null,
          "signAgreement": geometry.signAgreement(i, j).map { .number($0) } ?? .null,
        ]
      }
    }
  }

  /// JSON has no infinity.
  private static func number(_ value: Double) -> JSONValue { value.isFinite ? .number(value) : .null }
}
