import Checkpoints
import Documents
import Tensors
import Testing

struct QuantizationTests {
  private func check(_ name: String, _ dtype: DType, configuration: String = "{}") throws {
    let tensor = TensorDescriptor(name: name, dtype: dtype, shape: try Shape([8]), byteRange: 0..<8)
    try Quantization.check([tensor], configuration: try JSONParser.parse(configuration).objectValue)
  }

  @Test(arguments: [
    ("l.0.qweight", DType.i32), ("l.0.qzeros", .i32), ("l.0.g_idx", .i32), ("l.0.weight.absmax", .u8),
    ("l.0.weight_scale_inv", .f32), ("l.0.SCB", .f32), ("l.0.weight", .f8E4M3),
  ])
  func codesAreRefused(_ name: String, _ dtype: DType) throws {
    let error = #expect(throws: CheckpointError.self) { try check(name, dtype) }
    #expect(error?.code == .quantized)
    #expect(error?.tensorName == name)
  }

  @Test func theConfigurationTells() throws {
    let error = #expect(throws: CheckpointError.self) {
      try check("l.0.weight", .u8, configuration: #"{"quantization_config": {"quant_method": "awq"}}"#)
    }
    #expect(error?.message == "config.json says that the weights are quantised by \"awq\"")
  }

  @Test(arguments: [("l.0.weight", DType.bf16), ("embeddings.position_ids", .i64), ("scale", .f32)])
  func plainTensorsPass(_ name: String, _ dtype: DType) throws {
    try check(name, dtype, configuration: #"{"quantization_config": null, "torch_dtype": "bfloat16"}"#)
  }
}
