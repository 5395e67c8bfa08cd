import Checkpoints
import Tensors
import Testing

struct SafetensorsWriterTests {
  @Test func writesWhatIsReadBack() throws {
    let tensors = [
      SafetensorsWriter.Tensor(name: "w \"quoted\" é\n", dtype: .bf16, shape: try Shape([2, 3])),
      SafetensorsWriter.Tensor(name: "", dtype: .f32, shape: try Shape([])),
      SafetensorsWriter.Tensor(name: "empty", dtype: .i64, shape: try Shape([0, 5])),
    ]
    let bytes = try SafetensorsWriter.headerBytes(tensors: tensors)
    #expect(bytes.count.isMultiple(of: 8))
    let header = try SafetensorsHeader.read(bytes + [UInt8](repeating: 0, count: 16))
    #expect(header.headerByteCount == bytes.count)
    #expect(header.tensors.map(\.name) == tensors.map(\.name))
    #expect(header.tensors.map(\.dtype) == tensors.map(\.dtype))
    #expect(header.tensors.map(\.shape) == tensors.map(\.shape))
    #expect(header.metadata.map(\.value) == ["pt"])
  }

  @Test func metadataIsLeftOutWhenEmpty() throws {
    let bytes = try SafetensorsWriter.headerBytes(tensors: [], metadata: [])
    #expect(bytes == [8, 0, 0, 0, 0, 0, 0, 0] + Array("{}      ".utf8))
  }

  @Test func refusesWhatTheFormatCannotHold() throws {
    let scalar = try Shape([])
    let twice = [SafetensorsWriter.Tensor(name: "a", dtype: .f32, shape: scalar)]
    let reserved = [SafetensorsWriter.Tensor(name: "__metadata__", dtype: .f32, shape: scalar)]
    let partial = [SafetensorsWriter.Tensor(name: "a", dtype: .f4, shape: scalar)]
    let large = [SafetensorsWriter.Tensor(name: "a", dtype: .u8, shape: try Shape([1 << 59]))]
    let many = (0..<16).map { SafetensorsWriter.Tensor(name: "\($0)", dtype: .u8, shape: large[0].shape) }
    let cases: [([SafetensorsWriter.Tensor], CheckpointError.Code)] = [
      (twice + twice, .duplicateKey), (reserved, .badName), (partial, .sizeMismatch), (many, .badShape),
    ]
    for (tensors, code) in cases {
      #expect { try SafetensorsWriter.headerBytes(tensors: tensors) } throws: { ($0 as? CheckpointError)?.code == code }
    }
    #expect {
      try SafetensorsWriter.headerBytes(tensors: [], metadata: [(key: "k", value: ""), (key: "k", value: "")])
    } throws: {
      ($0 as? CheckpointError)?.code == .duplicateKey
    }
  }
}
