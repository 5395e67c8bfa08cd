import Documents
import Testing
import Trainer

/// Transforms of small images against Pillow and torchvision, byte for byte.
struct TransformTests {
  @Test(arguments: ["transforms", "certain"])
  func bytesAreThoseOfTorchvision(group: String) throws {
    for golden in try TransformGolden.images() {
      for expected in try #require(golden.json[group]?.arrayValue) {
        let yaml = try #require(expected["yaml"]?.stringValue)
        let examples = try golden.examples(transforms: "[\(yaml)]")
        let shape = try Golden.integers(expected["shape"])
        #expect(examples.inputShape == .image(channels: shape[2], height: shape[0], width: shape[1]), "\(yaml)")
        let augmentation = group == "certain" ? Augmentation(seed: 3, epoch: 1) : nil
        let pixels = try examples.inputs(augmentation).map { UInt8(($0 * 255).rounded()) }
        let bytes = try Golden.bytes(expected["pixels"])
        let differences = zip(pixels, bytes).count { $0 != $1 }
        #expect(pixels == bytes, "\(yaml) of \(golden.shape): \(differences) of \(bytes.count) differ")
      }
    }
  }

  @Test func adjustmentsAreThoseOfTorchvision() throws {
    for golden in try TransformGolden.images() {
      for expected in try #require(golden.json["adjustments"]?.arrayValue) {
        let name = try #require(expected["name"]?.stringValue)
        let factor = try #require(expected["factor"]?.numberValue)
        var pixels = golden.pixels
        let channels = golden.shape[2]
        pixels.withUnsafeMutableBufferPointer { pixels in
          switch name {
          case "brightness": ColorAdjustment.brightness(pixels, Float(factor))
          case "contrast": ColorAdjustment.contrast(pixels, channels: channels, Float(factor))
          case "saturation": ColorAdjustment.saturation(pixels, channels: channels, Float(factor))
          default: ColorAdjustment.hue(pixels, channels: channels, factor)
          }
        }
        let bytes = try Golden.bytes(expected["pixels"])
        let differences = zip(pixels, bytes).filter { $0 != $1 }
        #expect(pixels == bytes, "\(name) \(factor) of \(golden.shape): \(differences)")
      }
    }
  }

  @Test func transformsFollowOneAnother() throws {
    let golden = try #require(TransformGolden.images().first)
    let chained = try golden.examples(transforms: "[{invert: true}, {pad: 1}, {grayscale: 1}, {center-crop: [12, 15]}]")
    let inverted = try golden.examples(transforms: "[{invert: true}, {grayscale: 1}]")
    #expect(try chained.pixels == inverted.pixels)
  }

  @Test func normalizationIsTorchvisions() throws {
    let golden = try #require(TransformGolden.images().first)
    let means: [Float] = [0.485, 0.456, 0.406]
    let deviations: [Float] = [0.229, 0.224, 0.225]
    let inputs = try golden.examples("normalize: {mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}").inputs()
    for (index, pixel) in golden.pixels.enumerated() {
      #expect(inputs[index] == (Float(pixel) / 255 - means[index % 3]) / deviations[index % 3])
    }
    let one = try golden.examples("normalize: {mean: 0.5, std: 0.25}").inputs()
    #expect(one == golden.pixels.map { (Float($0) / 255 - 0.5) / 0.25 })
    let floats = try DataFiles.load(
      "{name: n, format: npy, images: features.npy, labels: labels.npy, classes: 3, normalize: {mean: 2, std: 4}}")
    #expect(try floats.all().inputs() == (0..<36).map { (Float(5 * $0 % 251) / 4 - 2) / 4 })
  }

  @Test func someDomainsOnly() throws {
    let dataset = try DataFiles.load(
      """
      name: n
      format: npy
      images: [images.npy, images.npy]
      labels: [labels.npy, labels.npy]
      classes: 3
      domains: {files: [photo, sketch]}
      transforms: [{invert: true, domains: [sketch]}]
      """)
    let pixels = try dataset.all().pixels
    let plain = (0..<36).map { UInt8(5 * $0 % 251) }
    #expect(pixels == plain + plain.map { 255 - $0 })
    expectTrainerError(.unknownDomain, "\"art\"") { _ = try TransformGolden.load("[{invert: true, domains: [art]}]") }
    expectTrainerError(.shapeMismatch, "for some domains only") {
      _ = try TransformGolden.load("[{pad: 1, domains: [all]}]")
    }
  }

  @Test func floatsAreMovedButNotComputedWith() throws {
    let load = { (transforms: String) in
      try DataFiles.load(
        """
        {name: n, format: npy, images: images-little-f4.npy, labels: labels.npy, classes: 3, transforms: \(transforms)}
        """
      ).all()
    }
    let values = (0..<36).map { Float(5 * $0 % 251 % 128) }
    #expect(
      try load("[{center-crop: [1, 3]}]").inputs()
        == (0..<6).flatMap { values[6 * $0..<6 * $0 + 3] }, "a half goes to the even number, 0")
    #expect(try load("[{pad: 1}, {center-crop: [2, 3]}]").inputs() == values)
    #expect(
      try load("[{horizontal-flip: 1}]").inputs(Augmentation(seed: 0, epoch: 0))
        == (0..<12).flatMap { values[3 * $0..<3 * $0 + 3].reversed() })
    expectTrainerError(.shapeMismatch, "\"invert\" is for images of bytes") { _ = try load("[{invert: true}]") }
  }

  @Test(arguments: [
    "[{resize: 0}]", "[{resize: [1, 2, 3]}]", "[{resize: 99999}]", "[{resize: {size: 3, filter: lanczos}}]",
    "[{center-crop: -1}]", "[{random-crop: {padding: 1}}]", "[{horizontal-flip: 1.5}]", "[{grayscale: 2}]",
    "[{color-jitter: {hue: 0.6}}]", "[{color-jitter: {brightness: -1}}]", "[{random-affine: {scale: [2, 1]}}]",
    "[{random-affine: {shear: 90}}]", "[{random-affine: {translate: [2, 0]}}]", "[{random-affine: {scale: [0, 1]}}]",
    "[{random-resized-crop: {size: 3, scale: [0, 1]}}]", "[{invert: false}]", "[{}]", "[{pad: 1, invert: true}]",
    "[{blur: 1}]", "[{rotate: .inf}]", "[{pad: 99999}]",
  ])
  func whatCannotBeMeantIsRefused(transforms: String) {
    #expect(throws: DocumentError.self) { _ = try TransformGolden.load(transforms) }
  }

  @Test(arguments: [
    ("[{center-crop: 99}]", "[1, 2, 2]"), ("[{random-crop: {size: 9, padding: 1}}]", "border of 1"),
    ("[{random-grayscale: 0.5}]", "3 channels"),
    ("[{pad: 16384}, {pad: 16384}]", "makes images of shape"),
  ])
  func imagesThatDoNotFitAreRefused(transforms: String, message: String) {
    do {
      _ = try TransformGolden.load(transforms)
      Issue.record("nothing was thrown")
    } catch let error as TrainerError {
      #expect(error.message.contains(message), "\(error)")
    } catch {
      Issue.record(error)
    }
  }
}

/// An image of transforms.json.
struct TransformGolden {
  let json: JSONValue
  /// [height, width, channels].
  let shape: [Int]
  let pixels: [UInt8]

  static let files: [String: [UInt8]] = [
    "i": IDXFile.bytes(dimensions: [1, 2, 2], elements: [1, 2, 3, 4]),
    "l": IDXFile.bytes(dimensions: [1], elements: [0]),
  ]

  static func images() throws -> [TransformGolden] {
    try #require(try Golden.read("transforms.json")["images"]?.arrayValue).map { json in
      TransformGolden(
        json: json, shape: try Golden.integers(json["shape"]), pixels: try Golden.bytes(json["pixels"]))
    }
  }

  /// The image as a data set of one row.
  func examples(_ more: String = "", transforms: String = "[]") throws -> ExampleSet {
    try DataFiles.load(
      "name: n\nformat: idx\nimages: i\nlabels: l\nclasses: 1\ntransforms: \(transforms)\n\(more)",
      files: [
        "i": IDXFile.bytes(dimensions: [1] + shape, elements: pixels),
        "l": IDXFile.bytes(dimensions: [1], elements: [0]),
      ]
    ).all()
  }

  /// An image of 2 x 2.
  static func load(_ transforms: String) throws -> ImageDataset {
    try DataFiles.load(
      "name: n\nformat: idx\nimages: i\nlabels: l\nclasses: 1\ntransforms: \(transforms)\n", files: files)
  }
}
