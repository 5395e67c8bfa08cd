/// A safetensors file from the text of its header, as sound or broken as the test wants it.
func safetensorsFile(_ header: String, dataByteCount: Int = 0) -> [UInt8] {
  safetensorsFile(Array(header.utf8), dataByteCount: dataByteCount)
}

func safetensorsFile(_ header: [UInt8], dataByteCount: Int = 0) -> [UInt8] {
  lengthField(UInt64(header.count)) + header + [UInt8](repeating: 0x5A, count: dataByteCount)
}

func lengthField(_ length: UInt64) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
}

/// The header's member for one tensor.
func entry(_ name: String, _ dtype: String, _ shape: String, _ offsets: String) -> String {
  "\"\(name)\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
}
