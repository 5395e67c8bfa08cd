import Checkpoints
import Documents
import FolderMerge
import Foundation
import Merging
import Tensors
import Testing

/// Adapters applied to a base give what peft's merge_and_unload gives: see Golden/generate_lora.py.
struct AdaptedTensorTests {
  private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Golden/lora")

  private func adapter(_ name: String) throws -> Adapter {
    try Adapter(folder: DiskFolder(Self.golden.appendingPathComponent(name).path))
  }

  private func base() throws -> ModelInput {
    let path = Self.golden.appendingPathComponent("base").path
    return try ModelInput(name: path, OpenModel(folder: DiskFolder(path)))
  }

  private func merge(
    _ base: ModelInput, _ adapters: [ModelInput.WeightedAdapter], into folder: TestFolder, dtype: DType? = nil
  ) throws -> [TestTensor] {
    let (plan, model) = try AdapterMerge.plan(base, adapters, dtype: dtype)
    let merge = StandaloneMerge(
      plan, base: model, models: [], record: MergeRecord(base: "b", adapters: [], dtype: dtype))
    var options = MergeRun.Options()
    options.threadCount = 2
    _ = try merge.run(to: folder.path("out"), replacing: false, version: "test", options: options)
    return try folder.tensors("out/model.safetensors")
  }

  private func expected(_ path: String) throws -> [String: TestTensor] {
    let bytes = Array(try Data(contentsOf: Self.golden.appendingPathComponent(path)))
    return Dictionary(
      uniqueKeysWithValues: try SafetensorsHeader.read(bytes).tensors.map { tensor in
        (
          tensor.name,
          TestTensor(
            name: tensor.name, dtype: tensor.dtype, shape: tensor.shape.dimensions,
            bytes: Array(bytes[tensor.byteRange]))
        )
      })
  }

  private func check(_ result: [TestTensor], _ expected: [String: TestTensor]) throws {
    #expect(Set(result.map(\.name)) == Set(expected.keys))
    for tensor in result {
      let other = try #require(expected[tensor.name])
      #expect(tensor.dtype == other.dtype && tensor.shape == other.shape, "\(tensor.name)")
      let scale = other.values.map(\.magnitude).max() ?? 0
      let error = zip(tensor.values, other.values).map { abs($0 - $1) }.max() ?? 0
      #expect(error <= 2e-7 * scale, "\(tensor.name) is off by \(error)")
    }
  }

  @Test(arguments: [
    "plain", "rank-stabilized", "transposed", "patterns", "whole-modules", "embedding", "convolution", "biases",
    "trained-biases", "dora", "dora-transposed",
  ])
  func givesWhatPeftGives(_ name: String) throws {
    let folder = try TestFolder()
    let result = try merge(base(), [.init(adapter(name))], into: folder)
    try check(result, expected("\(name)/expected.safetensors"))
  }

  @Test func severalAdaptersAddUp() throws {
    let folder = try TestFolder()
    let adapters = try [
      ModelInput.WeightedAdapter(adapter("plain"), weight: 0.25), .init(adapter("rank-stabilized"), weight: 2),
    ]
    try check(merge(base(), adapters, into: folder), expected("two-adapters.safetensors"))
  }

  /// Joined to one adapter first, they come to the same.
  @Test func joinedAdaptersAreTheSumOfTheirProducts() throws {
    let folder = try TestFolder()
    let joined = try JoinedAdapter([
      .init(adapter("plain"), weight: 0.25), .init(adapter("rank-stabilized"), weight: 2), .init(adapter("patterns")),
    ])
    let merge = StandaloneMerge(joined, ingredients: [], record: MergeRecord(base: nil, adapters: [], dtype: nil))
    _ = try merge.run(to: folder.path("joined"), replacing: false, version: "test", options: MergeRun.Options())
    let adapter = try Adapter(folder: DiskFolder(folder.path("joined")))
    #expect(adapter.configuration.rank(of: "wide") == 9)
    #expect(adapter.configuration.rank(of: "head") == 12)
    #expect(adapter.configuration.scaling(of: "head") == 1)
    let one = try self.merge(base(), [.init(adapter)], into: folder)
    let other = try TestFolder()
    let several = try [
      ModelInput.WeightedAdapter(self.adapter("plain"), weight: 0.25),
      .init(self.adapter("rank-stabilized"), weight: 2),
      .init(self.adapter("patterns")),
    ]
    let expected = try self.merge(base(), several, into: other)
    try check(one, Dictionary(uniqueKeysWithValues: expected.map { ($0.name, $0) }))
  }

  /// 16-bit weights are rounded once, after the product was added.
  @Test(arguments: [DType.bf16, .f16])
  func sixteenBitsAreRoundedOnce(_ dtype: DType) throws {
    let folder = try TestFolder()
    let exact = try expected("plain/expected.safetensors")
    let stored = try expected("base/model.safetensors").values.map { tensor in
      try TestTensor(tensor.name, tensor.shape, tensor.values, dtype)
    }
    try folder.write(stored, to: "narrow/model.safetensors")
    let base = try expected("base/model.safetensors")
    for tensor in try merge(folder.model("narrow"), [.init(adapter("plain"))], into: folder) {
      #expect(tensor.dtype == dtype)
      let start = try #require(base[tensor.name])
      let end = try #require(exact[tensor.name])
      let narrow = try TestTensor(tensor.name, tensor.shape, start.values, dtype)
      for index in tensor.values.indices {
        let sum = narrow.values[index] + (end.values[index] - start.values[index])
        let rounded = try TestTensor("", [1], [sum], dtype).values[0]
        // The sum itself is known to 2^-22 of its terms.
        #expect(abs(tensor.values[index] - rounded) <= abs(rounded) * (dtype == .bf16 ? 0x1p-7 : 0x1p-10))
        if abs(sum - rounded) < abs(rounded) * (dtype == .bf16 ? 0x1p-9 : 0x1p-12) * 0.99 {
          #expect(tensor.values[index] == rounded)
        }
      }
    }
  }

  /// A base saved without its head lacks the first part of the names.
  @Test func namesMayLackTheirFirstPart() throws {
    let folder = try TestFolder()
    let tensors = try expected("base/model.safetensors").values.sorted { $0.name < $1.name }
    try folder.write(
      tensors.map { TestTensor(name: "model.\($0.name)", dtype: $0.dtype, shape: $0.shape, bytes: $0.bytes) },
      to: "prefixed/model.safetensors")
    let result = try merge(folder.model("prefixed"), [.init(adapter("plain"))], into: folder)
    let plain = try expected("plain/expected.safetensors")
    #expect(result.allSatisfy { plain[String($0.name.dropFirst("model.".count))]?.shape == $0.shape })
    let head = try #require(result.first { $0.name == "model.head.weight" })
    try check(
      [TestTensor(name: "head.weight", dtype: .f32, shape: head.shape, bytes: head.bytes)],
      ["head.weight": #require(plain["head.weight"])])
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let folder = try TestFolder()
    try folder.write([try TestTensor("wide.weight", [8, 6], numbers(48, seed: 1))], to: "part/model.safetensors")
    let part = try folder.model("part")
    let missing = #expect(throws: FolderMergeError.self) { try merge(part, [.init(adapter("plain"))], into: folder) }
    #expect(missing?.code == .badAdapter)
    #expect(missing?.subjects == ["head.weight"])
    try folder.write(
      [
        try TestTensor("wide.weight", [7, 6], numbers(42, seed: 1)),
        try TestTensor("head.weight", [4, 6], numbers(24, seed: 1)),
      ],
      to: "other/model.safetensors")
    let shapes = #expect(throws: FolderMergeError.self) {
      try merge(folder.model("other"), [.init(adapter("plain"))], into: folder)
    }
    #expect(shapes?.message.contains("[4, 6] and [8, 4], which do not fit [7, 6]") == true)
    let share = #expect(throws: FolderMergeError.self) {
      try merge(base(), [.init(adapter("dora"), weight: 0.5)], into: folder)
    }
    #expect(share?.code == .badAdapter)
    let joined = #expect(throws: FolderMergeError.self) { try JoinedAdapter([.init(adapter("whole-modules"))]) }
    #expect(joined?.code == .badAdapter)
  }
}
