import Checkpoints
import Tensors
import Testing

struct SafetensorsHeaderTests {
  @Test func readsTensorsInTheOrderOfTheirBytes() throws {
    let members = [
      entry("b", "BF16", "[2,3]", "[4,16]"), entry("z", "F32", "[0]", "[4,4]"), entry("a", "F32", "[]", "[0,4]"),
      entry("c", "I64", "[7,0]", "[4,4]"), "\"__metadata__\":{\"format\":\"pt\",\"step\":\"3\"}",
    ]
    let text = "{" + members.joined(separator: ",") + "}   "
    let header = try SafetensorsHeader.read(safetensorsFile(text, dataByteCount: 12 + 4))
    let start = 8 + text.utf8.count
    #expect(header.headerByteCount == start)
    #expect(header.fileByteCount == start + 16)
    #expect(header.tensors.map(\.name) == ["a", "c", "z", "b"])
    #expect(
      header.tensors.map(\.byteRange) == [
        start..<start + 4, start + 4..<start + 4, start + 4..<start + 4, start + 4..<start + 16,
      ])
    #expect(header.tensors.last?.shape.dimensions == [2, 3])
    #expect(header.tensors.last?.dtype == .bf16)
    #expect(header.metadata.map(\.key) == ["format", "step"])
    #expect(header.metadata.map(\.value) == ["pt", "3"])
  }

  @Test(
    "accepts",
    arguments: [
      "{}", " {}", "{}\n\t\r ", "{\"__metadata__\":null}", "{\"__metadata__\":{}}",
      "{" + entry("", "F32", "[0]", "[0,0]") + "}",
      "{\"a\":{\"note\":[{}],\"dtype\":\"F4\",\"shape\":[0],\"data_offsets\":[0,0]}}",
    ])
  func accepts(text: String) throws {
    #expect(try SafetensorsHeader.read(safetensorsFile(text)).tensors.allSatisfy { $0.byteCount == 0 })
  }

  @Test("knows every element type", arguments: DType.allCases)
  func knowsEveryType(dtype: DType) throws {
    let text = "{" + entry("t", dtype.rawValue, "[8]", "[0,\(dtype.bitWidth)]") + "}"
    let header = try SafetensorsHeader.read(safetensorsFile(text, dataByteCount: dtype.bitWidth))
    #expect(header.tensors.map(\.dtype) == [dtype])
  }

  @Test func readsNoMoreThanTheHeader() throws {
    let file = safetensorsFile(MalformedSafetensorsTests.sound, dataByteCount: 4)
    var ranges: [Range<Int>] = []
    let header = try SafetensorsHeader.read(fileByteCount: file.count) { offset, count in
      ranges.append(offset..<offset + count)
      return Array(file[offset..<offset + count])
    }
    #expect(ranges == [0..<8, 8..<header.headerByteCount])
  }

  @Test func aReaderThatGivesFewerBytesIsATruncatedFile() {
    #expect { try SafetensorsHeader.read(fileByteCount: 100) { _, _ in [] } } throws: {
      ($0 as? CheckpointError)?.code == .truncated
    }
  }

  @Test func messagesNameTheTensorAndTheNumbers() {
    let text = "{" + entry("wte.weight", "BF16", "[4,3]", "[0,20]") + "}"
    #expect { try SafetensorsHeader.read(safetensorsFile(text, dataByteCount: 20)) } throws: {
      let error = $0 as? CheckpointError
      return error?.tensorName == "wte.weight"
        && error?.message == "tensor \"wte.weight\": BF16 [4, 3] takes 24 bytes, its offsets span 20"
    }
  }

  @Test func faultsInTheJSONCarryTheirPlace() {
    #expect { try SafetensorsHeader.read(safetensorsFile("{\"a\":}")) } throws: {
      let cause = ($0 as? CheckpointError)?.cause
      return cause?.offset == 5 && cause?.column == 6
    }
  }
}
