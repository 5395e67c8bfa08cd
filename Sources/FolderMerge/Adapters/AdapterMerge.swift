import Checkpoints
import Documents
import Merging
import Tensors

/// Adapters applied to their base: the plan of a merge that stores W + Σ w·s·B·A, each tensor rounded once.
package enum AdapterMerge {
  /// - Parameters:
  ///   - base: the model that the adapters were trained on.
  ///   - dtype: of the result; without one, the base's own types.
  package static func plan(
    _ base: ModelInput, _ adapters: [ModelInput.WeightedAdapter], dtype: DType?
  ) throws -> (plan: MergePlan, model: ModelInput) {
    let model = try ModelInput(name: base.name, base.model, adapters: base.adapters + adapters)
    var request = MergeRequest(models: [model], base: nil, strategy: MergeStrategy(Weighted()))
    request.dtype = dtype
    var planner = try MergePlanner(request)
    var plan = try planner.plan()
    plan.recipe = LoRA()
    return (plan, model)
  }
}

/// Adapters of one base joined to one: the ranks stand beside each other, so the product is the sum of the products.
///
/// A' = [w₁s₁A₁; w₂s₂A₂; …] and B' = [B₁ B₂ …] give B'·A' = Σ wᵢsᵢBᵢAᵢ with a scaling of 1. The mean of the factors
/// would have products of different adapters in it.
///
/// - DType and accumulation: F32; the factors' products with w·s are made in F64 and rounded once.
package struct JoinedAdapter {
  /// One module of the result.
  private struct Module {
    let name: String
    let isEmbedding: Bool
    let parts: [(item: ModelInput.WeightedAdapter, product: Adapter.Product)]

    var rank: Int { parts.reduce(0) { $0 + $1.product.rank } }
  }

  private let adapters: [ModelInput.WeightedAdapter]
  private let modules: [Module]

  /// - Throws: `FolderMergeError.badAdapter` for adapters with parts that cannot be joined.
  package init(_ adapters: [ModelInput.WeightedAdapter]) throws {
    self.adapters = adapters
    var modules: [Module] = []
    let keys = Set(adapters.flatMap { $0.adapter.updates.keys }).sorted()
    for key in keys {
      let updates = adapters.compactMap { item in item.adapter.updates[key].map { (item: item, update: $0) } }
      if let other = updates.first(where: { $0.update.replacement != nil || $0.update.biasDelta != nil }) {
        throw JoinedAdapter.refusal(other.item.adapter, "holds '\(key.text)' whole or has trained biases")
      }
      let parts = updates.compactMap { item, update in update.product.map { (item: item, product: $0) } }
      if let other = parts.first(where: { $0.product.magnitude != nil }) {
        throw JoinedAdapter.refusal(other.item.adapter, "uses DoRA")
      }
      guard let first = parts.first else { continue }
      guard parts.allSatisfy({ $0.product.isEmbedding == first.product.isEmbedding }) else {
        throw JoinedAdapter.refusal(first.item.adapter, "and another have '\(key.text)' in different forms")
      }
      modules.append(
        Module(name: String(key.text.dropLast(".weight".count)), isEmbedding: first.product.isEmbedding, parts: parts))
    }
    self.modules = modules
  }

  private static func refusal(_ adapter: Adapter, _ why: String) -> FolderMergeError {
    FolderMergeError(
      .badAdapter, "'\(adapter.name)' \(why): such adapters have no common one; apply them to their --base",
      subjects: [adapter.name])
  }

  /// What it comes to, before any factor is read.
  func outline() throws -> MergeOutline {
    var byteCount = 0
    var inputByteCount = 0
    for module in modules {
      let (a, b) = try shapes(module)
      byteCount += try a.byteCount(of: .f32) + b.byteCount(of: .f32)
      for (item, product) in module.parts {
        for name in [product.a, product.b] {
          inputByteCount += item.adapter.weights.descriptor(name)?.byteCount ?? 0
        }
      }
    }
    return MergeOutline(
      tensorCount: 2 * modules.count, modelCount: adapters.count, byteCount: byteCount,
      inputByteCount: inputByteCount, notes: [])
  }

  /// Writes the adapter's folder.
  package func write(to folder: OutputFolder) throws -> MergeReport {
    var report = MergeReport()
    var contents: [(tensor: SafetensorsWriter.Tensor, values: () throws -> [Float])] = []
    for module in modules {
      let (a, b) = try shapes(module)
      let names =
        module.isEmbedding ? ("lora_embedding_A", "lora_embedding_B") : ("lora_A.weight", "lora_B.weight")
      contents.append((tensor(module, names.0, a), { try joinedA(module) }))
      contents.append((tensor(module, names.1, b), { try joinedB(module, b) }))
    }
    let header = try SafetensorsWriter.headerBytes(tensors: contents.map(\.tensor))
    let sizes = try contents.map { try $0.tensor.shape.byteCount(of: .f32) }
    let file = try folder.makeFile(AdapterFiles.weights, byteCount: header.count + sizes.reduce(0, +))
    try header.withUnsafeBytes { try file.write($0, at: 0) }
    var offset = header.count
    for (content, size) in zip(contents, sizes) {
      let bytes = try FloatConversion.bytes(content.values(), as: .f32)
      try bytes.withUnsafeBytes { try file.write($0, at: offset) }
      offset += size
    }
    try file.synchronize()
    try folder.write(configurationBytes(), to: AdapterFiles.configuration)
    report.files = [AdapterFiles.weights, AdapterFiles.configuration]
    report.tensorCount = contents.count
    report.counts[.combined] = contents.count
    report.byteCount = sizes.reduce(0, +)
    return report
  }

  private func tensor(_ module: Module, _ part: String, _ shape: Shape) -> SafetensorsWriter.Tensor {
    SafetensorsWriter.Tensor(name: "base_model.model.\(module.name).\(part)", dtype: .f32, shape: shape)
  }

  /// The shapes of A' and B': those of the factors, with the joined rank.
  private func shapes(_ module: Module) throws -> (a: Shape, b: Shape) {
    var shapes: [(a: [Int], b: [Int])] = []
    for (item, product) in module.parts {
      var a = item.adapter.weights.descriptor(product.a)?.shape.dimensions ?? []
      var b = item.adapter.weights.descriptor(product.b)?.shape.dimensions ?? []
      guard a.count >= 2, b.count >= 2, a[0] == product.rank, b[1] == product.rank else {
        throw JoinedAdapter.refusal(item.adapter, "has factors of '\(module.name)' that do not fit each other")
      }
      a[0] = module.rank
      b[1] = module.rank
      shapes.append((a, b))
    }
    guard let first = shapes.first, shapes.allSatisfy({ $0 == first }) else {
      throw JoinedAdapter.refusal(module.parts[0].item.adapter, "and another have '\(module.name)' in different shapes")
    }
    return (try Shape(first.a), try Shape(first.b))
  }

  private func joinedA(_ module: Module) throws -> [Float] {
    try module.parts.flatMap { item, product in
      let scale = product.scaling * item.weight
      return try LowRankFactors<Double>.values(product.a, of: item.adapter).map { Float($0 * scale) }
    }
  }

  /// Row by row, the columns of all B beside each other; what follows the rank (1 x 1 of a convolution) has one element.
  private func joinedB(_ module: Module, _ shape: Shape) throws -> [Float] {
    let parts = try module.parts.map { item, product in
      (rank: product.rank, values: try LowRankFactors<Float>.values(product.b, of: item.adapter))
    }
    return (0..<shape.dimensions[0]).flatMap { row in
      parts.flatMap { part in part.values[row * part.rank..<(row + 1) * part.rank] }
    }
  }

  /// The first adapter's settings with a scaling of 1 for every module.
  private func configurationBytes() throws -> [UInt8] {
    let ranks = modules.map(\.rank)
    let usual = ranks.max { left, right in ranks.count { $0 == left } < ranks.count { $0 == right } } ?? 1
    let others = modules.filter { $0.rank != usual }.map { module in
      (key: "^\(NamePatternText.escaped(module.name))", value: JSONValue.integer(Int64(module.rank)))
    }
    var members = adapters[0].adapter.settings.members
    members += [
      (key: "r", value: .integer(Int64(usual))), (key: "lora_alpha", value: .integer(Int64(usual))),
      (key: "use_rslora", value: false), (key: "rank_pattern", value: .object(JSONObject(others))),
      (key: "alpha_pattern", value: .object(JSONObject(others))),
      (key: "target_modules", value: .array(modules.map { .string($0.name) })),
    ]
    return CompanionFiles.text(.object(JSONObject(members)))
  }
}

/// Names in regular expressions.
enum NamePatternText {
  static func escaped(_ name: String) -> String { name.replacing(".", with: "\\.") }
}
