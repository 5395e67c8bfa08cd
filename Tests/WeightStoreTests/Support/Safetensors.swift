import Checkpoints
import Tensors

/// A safetensors file of the given tensors, in the given order.
func safetensors(_ tensors: [(name: String, dtype: DType, shape: [Int], bytes: [UInt8])]) throws -> [UInt8] {
  let descriptions = try tensors.map {
    SafetensorsWriter.Tensor(name: $0.name, dtype: $0.dtype, shape: try Shape($0.shape))
  }
  return try SafetensorsWriter.headerBytes(tensors: descriptions) + tensors.flatMap(\.bytes)
}

/// F32 tensors of random values.
func safetensors(_ tensors: [(name: String, count: Int, seed: UInt64)]) throws -> [UInt8] {
  try safetensors(
    tensors.map { tensor in
      var random = DeterministicRandom(seed: tensor.seed)
      return (tensor.name, .f32, [tensor.count], random.floats(tensor.count))
    })
}

func littleEndian(_ values: [Float]) -> [UInt8] {
  values.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }
}
