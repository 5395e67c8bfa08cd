import Documents
import Testing
import Trainer

/// Turned images against Pillow, byte for byte.
struct RotationTests {
  @Test func bytesAreThoseOfPillow() throws {
    for golden in try #require(try Golden.read("rotations.json")["cases"]?.arrayValue) {
      let height = Int(try #require(golden["height"]?.integerValue))
      let width = Int(try #require(golden["width"]?.integerValue))
      let channels = Int(try #require(golden["channels"]?.integerValue))
      let pixels = try Golden.bytes(golden["pixels"])
      for turned in try #require(golden["turned"]?.arrayValue) {
        let degrees = try #require(turned["degrees"]?.numberValue)
        let rotation = Rotation(degrees: degrees, width: width, height: height, channels: channels)
        var result = [UInt8](repeating: 1, count: pixels.count)
        rotation.apply(pixels, into: &result)
        #expect(result == (try Golden.bytes(turned["pixels"])), "\(width) x \(height) by \(degrees)")
      }
    }
  }
}
