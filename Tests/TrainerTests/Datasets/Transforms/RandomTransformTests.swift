import Tensors
import Testing
import Trainer

/// What training draws at random: the same for any threads and order, another in every pass and row, and as wide as
/// said.
struct RandomTransformTests {
  private static let count = 60
  private static let everything = """
    [{random-crop: {size: 10, padding: 2}}, {horizontal-flip: 0.5}, {color-jitter: {brightness: 0.5, contrast: 0.5,
    saturation: 0.5, hue: 0.2}}, {random-affine: {degrees: 20, translate: [0.2, 0.2], scale: [0.8, 1.2], shear: 10}},
    {random-grayscale: 0.3}, {random-rotation: 10}, {random-resized-crop: {size: 9}}]
    """

  private func dataset(_ transforms: String, channels: Int = 3) throws -> ImageDataset {
    let random = CounterRandom(seed: 0, stream: "pixels")
    let pixels = (0..<UInt64(Self.count * 12 * 12 * channels)).map { UInt8(random.integer(at: $0, below: 256)) }
    return try DataFiles.load(
      "name: n\nformat: idx\nimages: i\nlabels: l\nclasses: 1\ntransforms: \(transforms)",
      files: [
        "i": IDXFile.bytes(dimensions: [Self.count, 12, 12, channels], elements: pixels),
        "l": IDXFile.bytes(dimensions: [Self.count], elements: Array(repeating: 0, count: Self.count)),
      ])
  }

  @Test func aRowInAPassIsTheSameHoweverItIsRead() throws {
    let dataset = try dataset(Self.everything)
    let all = try dataset.all()
    let count = all.inputShape.elementCount
    let augmentation = Augmentation(seed: 7, epoch: 2)
    let inputs = try all.inputs(augmentation)
    let some = try dataset.examples([50, 3, 17])
    let expected = [50, 3, 17].flatMap { inputs[$0 * count..<($0 + 1) * count] }
    #expect(try some.inputs(augmentation) == expected, "of the rows' numbers, not their places")
    for threadCount in [1, 4] {
      let batch = Batch(inputShape: all.inputShape)
      let rows = (0..<Self.count).map { BatchRow(row: $0, epoch: 2) }
      try batch.fill(rows, of: all, augmentationSeed: 7, threadCount: threadCount)
      #expect(Array(UnsafeBufferPointer(start: batch.input(0), count: inputs.count)) == inputs)
    }
  }

  @Test func passesSeedsAndRowsDiffer() throws {
    let all = try dataset(Self.everything).all()
    let first = try all.inputs(Augmentation(seed: 7, epoch: 0))
    #expect(try all.inputs(Augmentation(seed: 7, epoch: 1)) != first)
    #expect(try all.inputs(Augmentation(seed: 8, epoch: 0)) != first)
    #expect(try all.inputs() != first && all.inputs() == all.inputs())
  }

  @Test func flipsAsOftenAsSaid() throws {
    let dataset = try dataset("[{horizontal-flip: 0.25}]", channels: 1)
    let all = try dataset.all()
    let plain = try all.inputs()
    var flipped = 0
    for epoch in 0..<40 {
      let inputs = try all.inputs(Augmentation(seed: 1, epoch: epoch))
      for row in 0..<Self.count where inputs[row * 144] != plain[row * 144] { flipped += 1 }
    }
    #expect(abs(Double(flipped) / Double(40 * Self.count) - 0.25) < 0.03)
  }

  @Test func cropsComeFromEverywhereInTheBorder() throws {
    let dataset = try dataset("[{random-crop: {size: 12, padding: 1}}]", channels: 1)
    let all = try dataset.all()
    let plain = try all.inputs()
    var places: Set<Int> = []
    for epoch in 0..<4 {
      let inputs = try all.inputs(Augmentation(seed: 1, epoch: epoch))
      for row in 0..<Self.count {
        // The pixel in the middle is one of the nine around the middle.
        let shift = try #require(
          (0..<9).first { shift in
            let (top, left) = (shift / 3 - 1, shift % 3 - 1)
            return (1..<11).allSatisfy { y in
              (1..<11).allSatisfy { x in
                inputs[row * 144 + y * 12 + x] == plain[row * 144 + (y + top) * 12 + x + left]
              }
            }
          })
        places.insert(shift)
      }
    }
    #expect(places.count == 9)
  }

  @Test func resizedCropsLieInTheImage() throws {
    let dataset = try dataset("[{random-resized-crop: {size: 12, scale: [0.5, 1], ratio: [0.5, 2]}}]", channels: 1)
    let inputs = try dataset.all().inputs(Augmentation(seed: 2, epoch: 0))
    #expect(inputs.allSatisfy { (0...1).contains($0) })
    let plain = try dataset.all().inputs()
    #expect((0..<Self.count).count { inputs[$0 * 144..<$0 * 144 + 144] != plain[$0 * 144..<$0 * 144 + 144] } > 50)
  }
}
