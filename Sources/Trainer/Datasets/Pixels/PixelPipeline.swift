import Documents
import Tensors

/// How the pixels of a row come about: those of its image, changed for the row, transformed, made a network's numbers.
///
/// Up to the first random transform the pixels of a row are always the same: its fixed pixels.
struct PixelPipeline: Sendable {
  private struct Stage: Sendable {
    let transform: any ImageTransform
    /// Indices of domains; nil for all.
    let domains: Set<Int32>?
    let input: ActivationShape
    let output: ActivationShape
  }

  let store: any ImageStore
  private let editedShape: ActivationShape
  private let stages: [Stage]
  /// Stages before the first random one.
  private let fixedCount: Int
  private let normalization: Normalization
  /// [channels, 256]; of images of bytes.
  private let byteTable: [Float]
  let outputShape: ActivationShape

  /// By angle, of rows that share it.
  private let rotations: [Double: Rotation]

  private var pixelType: PixelType { store.pixelType }

  /// - Parameter rows: those that will be asked for, most of them.
  /// - Throws: `TrainerError` with code `shapeMismatch` for images that an edit or transform cannot take,
  ///   `unknownDomain` for a transform of a domain that is not there.
  init(
    _ store: any ImageStore, rowMaker: (any RowMaker)?, transforms: [ImageTransformRegistry.Entry],
    normalization: Normalization, datasetName: String, domainNames: [String], rows: [ImageRow]
  ) throws {
    self.store = store
    editedShape = try rowMaker?.editedShape(of: store.shape) ?? store.shape
    guard rowMaker == nil || store.pixelType == .byte else {
      throw TrainerError(.shapeMismatch, "rows are made of images of bytes only, these are of floats")
    }
    var stages: [Stage] = []
    var shape = editedShape
    for entry in transforms {
      let stage = try Self.stage(
        entry, input: shape, pixelType: store.pixelType, datasetName: datasetName, domainNames: domainNames)
      stages.append(stage)
      shape = stage.output
    }
    try normalization.check(shape)
    rotations = Self.rotations(of: rows, shape: store.shape)
    self.stages = stages
    self.normalization = normalization
    outputShape = shape
    fixedCount = stages.firstIndex { $0.transform.isRandom } ?? stages.count
    byteTable = store.pixelType == .byte ? normalization.table(channels: shape.dimensions[0]) : []
  }

  /// The samples of a store as they are.
  init(_ store: any ImageStore) {
    self.store = store
    editedShape = store.shape
    outputShape = store.shape
    (stages, fixedCount, rotations) = ([], 0, [:])
    normalization = .none
    byteTable = store.pixelType == .byte ? normalization.table(channels: store.shape.dimensions[0]) : []
  }

  /// Rows of a domain share an angle; rows with angles of their own would only fill memory.
  private static func rotations(of rows: [ImageRow], shape: ActivationShape) -> [Double: Rotation] {
    var rotations: [Double: Rotation] = [:]
    for row in rows.prefix(1000) where rotations.count < 100 {
      guard case .turn(let degrees) = row.edit, rotations[degrees] == nil else { continue }
      rotations[degrees] = rotation(degrees, shape)
    }
    return rotations
  }

  private static func rotation(_ degrees: Double, _ shape: ActivationShape) -> Rotation {
    let axes = shape.dimensions
    return Rotation(degrees: degrees, width: axes[2], height: axes[1], channels: axes[0])
  }

  private static func stage(
    _ entry: ImageTransformRegistry.Entry, input: ActivationShape, pixelType: PixelType, datasetName: String,
    domainNames: [String]
  ) throws -> Stage {
    let name = type(of: entry.transform).name
    guard pixelType == .byte || !entry.transform.needsBytes else {
      throw TrainerError(.shapeMismatch, "\"\(name)\" is for images of bytes, these are of floats")
    }
    let output = try entry.transform.outputShape(of: input)
    guard output.elementCount <= elementLimit else {
      throw TrainerError(
        .resourceLimit, "\"\(name)\" makes images of shape \(output), more than \(elementLimit) numbers")
    }
    guard let names = entry.domains else {
      return Stage(transform: entry.transform, domains: nil, input: input, output: output)
    }
    guard output == input else {
      throw TrainerError(
        .shapeMismatch, "\"\(name)\" makes images of shape \(output) of \(input), so it cannot be for some domains only"
      )
    }
    let domains = try names.map { name in
      guard let index = domainNames.firstIndex(of: name) else {
        throw TrainerError.unknownDomain(name, of: datasetName, domainNames)
      }
      return Int32(index)
    }
    return Stage(transform: entry.transform, domains: Set(domains), input: input, output: output)
  }

  /// Numbers of one sample.
  private static let elementLimit = 1 << 26

  /// The shape of fixed pixels.
  var fixedShape: ActivationShape { fixedCount > 0 ? stages[fixedCount - 1].output : editedShape }
  var fixedByteCount: Int { fixedShape.elementCount * pixelType.byteWidth }

  /// Whether fixed pixels take work, so that it pays to keep them; of images in files of arrays they do not.
  var isFixedPartCostly: Bool { fixedCount > 0 || editedShape != store.shape || store.isCostly }

  /// Calls `body` with the fixed pixels of a row.
  func withFixedPixels<Result>(_ row: ImageRow, _ body: (UnsafeRawPointer) throws -> Result) throws -> Result {
    try store.withPixels(row.image) { pixels in
      guard let start = pixels.baseAddress else {
        throw TrainerError(.malformedDataFile, "image \(row.image) has no pixels")
      }
      return try withUnsafeTemporaryAllocation(byteCount: editedByteCount(row), alignment: 16) { edited in
        let image = edited.baseAddress.map { edit(start, row, into: $0) } ?? start
        return try run(stages[..<fixedCount], on: image, row: row, random: { _ in nil }, body)
      }
    }
  }

  /// Writes a row's numbers from its fixed pixels.
  ///
  /// - Parameter number: the row's number in the data set.
  func finish(
    _ fixed: UnsafeRawPointer, row: ImageRow, number: Int, augmentation: Augmentation?,
    into target: UnsafeMutablePointer<Float>
  ) throws {
    let random = { (stage: Int) in augmentation?.random(row: number, transform: stage) }
    try run(stages[fixedCount...], on: fixed, row: row, random: random) { pixels in
      switch pixelType {
      case .byte: scale(pixels.assumingMemoryBound(to: UInt8.self), into: target)
      case .float:
        let floats = pixels.assumingMemoryBound(to: Float.self)
        normalization.apply(
          UnsafeBufferPointer(start: floats, count: outputShape.elementCount), channels: outputShape.dimensions[0],
          into: target)
      }
    }
  }

  private func scale(_ bytes: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<Float>) {
    let count = outputShape.elementCount
    let channels = outputShape.dimensions[0]
    byteTable.withUnsafeBufferPointer { table in
      guard channels > 1 && !normalization.isNone else {
        for index in 0..<count { target[index] = table[Int(bytes[index])] }
        return
      }
      for start in stride(from: 0, to: count, by: channels) {
        for channel in 0..<channels { target[start + channel] = table[channel << 8 | Int(bytes[start + channel])] }
      }
    }
  }

  /// Runs transforms one after the other between two blocks of memory.
  private func run<Result>(
    _ stages: ArraySlice<Stage>, on start: UnsafeRawPointer, row: ImageRow, random: (Int) -> CounterRandom?,
    _ body: (UnsafeRawPointer) throws -> Result
  ) throws -> Result {
    let largest = stages.reduce(0) { max($0, $1.output.elementCount) } * pixelType.byteWidth
    guard largest > 0 else { return try body(start) }
    return try withUnsafeTemporaryAllocation(byteCount: 2 * largest, alignment: 16) { memory in
      guard let base = memory.baseAddress else { return try body(start) }
      var current = start
      var target = base
      for index in stages.indices {
        let stage = stages[index]
        guard stage.domains?.contains(row.domain) ?? true else { continue }
        stage.transform.apply(
          PixelImage(start: current, shape: stage.input, pixelType: pixelType), random: random(index), into: target)
        current = UnsafeRawPointer(target)
        target = target == base ? base + largest : base
      }
      return try body(current)
    }
  }

  private func editedByteCount(_ row: ImageRow) -> Int {
    row.edit == .none ? 0 : editedShape.elementCount
  }

  /// The row's image, in `target` if it is changed.
  private func edit(
    _ source: UnsafeRawPointer, _ row: ImageRow, into target: UnsafeMutableRawPointer
  ) -> UnsafeRawPointer {
    let (from, to) = (source.assumingMemoryBound(to: UInt8.self), target.assumingMemoryBound(to: UInt8.self))
    switch row.edit {
    case .none: return source
    case .turn(let degrees):
      (rotations[degrees] ?? Self.rotation(degrees, store.shape)).apply(from, into: to)
    case .color(let channel, let stride):
      let (width, step) = (store.shape.dimensions[2], Int(stride))
      for y in 0..<editedShape.dimensions[1] {
        for x in 0..<editedShape.dimensions[2] {
          let pixel = to + 2 * (y * editedShape.dimensions[2] + x)
          pixel[Int(channel)] = from[y * step * width + x * step]
          pixel[1 - Int(channel)] = 0
        }
      }
    }
    return UnsafeRawPointer(target)
  }
}
