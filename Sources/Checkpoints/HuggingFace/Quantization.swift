import Documents
import Tensors

/// Whether a checkpoint's elements are quantised: codes that are numbers only together with scales or tables. An average
/// of codes is no average of weights.
///
/// - Checked by: QuantizationTests.
package enum Quantization {
  /// The last parts of names that the quantisers give to codes and scales, with the quantiser.
  private static let markers: [(suffix: String, method: String)] = [
    (".qweight", "GPTQ or AWQ"), (".qzeros", "GPTQ or AWQ"), (".g_idx", "GPTQ"),
    (".absmax", "bitsandbytes"), (".quant_map", "bitsandbytes"), (".SCB", "bitsandbytes"),
    (".weight_scale", "scaled fp8 or int8"), (".weight_scale_inv", "scaled fp8"),
    (".weight_packed", "compressed-tensors"),
    (".input_scale", "scaled fp8"), (".weight_shape", "compressed-tensors"), (".W_q", "HQQ"),
  ]

  private static let codedTypes: Set<DType> = [
    .f8E5M2, .f8E4M3, .f8E8M0, .f8E5M2FNUZ, .f8E4M3FNUZ, .f4, .f6E2M3, .f6E3M2,
  ]

  /// Refuses a quantised checkpoint.
  ///
  /// - Parameter configuration: its `config.json`, if it has one.
  /// - Throws: `quantized`, with the evidence.
  package static func check(_ tensors: [TensorDescriptor], configuration: JSONObject?) throws(CheckpointError) {
    if let settings = configuration?["quantization_config"]?.objectValue {
      let method = settings["quant_method"]?.stringValue ?? settings["quant_algo"]?.stringValue ?? "an unnamed method"
      throw CheckpointError(
        .quantized, "config.json says that the weights are quantised by \(method.quoted(limit: 40))")
    }
    for tensor in tensors {
      if codedTypes.contains(tensor.dtype) {
        throw CheckpointError(
          .quantized, tensor: tensor.name, "\(tensor.dtype.rawValue) elements are codes of a quantisation")
      }
      if let marker = markers.first(where: { tensor.name.hasSuffix($0.suffix) }) {
        throw CheckpointError(.quantized, tensor: tensor.name, "the name is one of \(marker.method) quantisation")
      }
    }
  }
}
