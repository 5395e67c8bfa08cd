import Testing

/// Files that are no safetensors files although they are called so: refused with exit code 65, the file and the fault
/// named, the repository as it was.
struct MalformedCheckpointTests {
  private static let good = Safetensors.file([("w", [2], [1, 2])])

  @Test(arguments: [
    ("empty", [], "empty"),
    ("three bytes", [1, 2, 3], "3 bytes"),
    ("cut in the header", Array(good[..<20]), "20 bytes"),
    ("cut in the data", Array(good.dropLast()), "offset 8"),
    ("one byte too many", good + [0], "1 bytes at the end"),
    ("text", Array("this is no checkpoint, whatever its name".utf8), "2338328219631577204"),
    ("a header of 2^64 - 1 bytes", [UInt8](repeating: 0xff, count: 16), "18446744073709551615"),
    (
      "the same name twice",
      Safetensors.file(
        header:
          #"{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"w":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
        data: [1, 2]), "w"
    ),
    (
      "a shape that does not fit",
      Safetensors.file(
        header: #"{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, data: [0, 0, 0, 0, 0, 0, 0, 0]),
      "w"
    ),
    (
      "an unknown type",
      Safetensors.file(header: #"{"w":{"dtype":"F99","shape":[1],"data_offsets":[0,1]}}"#, data: [0]), "F99"
    ),
  ])
  func refused(_ name: String, _ bytes: [UInt8], _ fault: String) throws {
    let runner = try CommandRunner()
    try runner.wgit("init", "-q")
    try runner.write("fine", to: "fine.txt")
    try runner.wgit("add", "fine.txt")
    try runner.wgit("commit", "-qm", "First")
    try runner.write("also fine", to: "other.txt")
    try runner.write(bytes, to: "weights/model.safetensors")
    let before = try runner.wgit("status", "--json").standardOutput
    let output = try runner.wgit("add", ".")
    #expect(output.status == 65, "\(name)")
    #expect(output.standardOutput.isEmpty)
    #expect(output.standardError.hasPrefix("error: 'weights/model.safetensors': "), "\(output.standardError)")
    #expect(output.standardError.contains(fault), "\(output.standardError)")
    #expect(output.standardError.contains("\nhint: "))
    #expect(try runner.wgit("status", "--json").standardOutput == before)
    #expect(try runner.wgit("fsck").standardOutput == "The repository is sound\n")
  }
}
