/// The element type of a tensor. Raw values are the names of the safetensors format.
///
/// Source: `Dtype` of the Rust library `safetensors` 0.8.
package enum DType: String, CaseIterable, Hashable, Sendable {
  case bool = "BOOL"
  case u8 = "U8"
  case i8 = "I8"
  case f8E5M2 = "F8_E5M2"
  case f8E4M3 = "F8_E4M3"
  case f8E8M0 = "F8_E8M0"
  case f8E5M2FNUZ = "F8_E5M2FNUZ"
  case f8E4M3FNUZ = "F8_E4M3FNUZ"
  case i16 = "I16"
  case u16 = "U16"
  case f16 = "F16"
  case bf16 = "BF16"
  case i32 = "I32"
  case u32 = "U32"
  case f32 = "F32"
  case c64 = "C64"
  case f64 = "F64"
  case i64 = "I64"
  case u64 = "U64"
  case f4 = "F4"
  case f6E2M3 = "F6_E2M3"
  case f6E3M2 = "F6_E3M2"

  /// Bits of one element.
  package var bitWidth: Int {
    switch self {
    case .f4: 4
    case .f6E2M3, .f6E3M2: 6
    case .bool, .u8, .i8, .f8E5M2, .f8E4M3, .f8E8M0, .f8E5M2FNUZ, .f8E4M3FNUZ: 8
    case .i16, .u16, .f16, .bf16: 16
    case .i32, .u32, .f32: 32
    case .c64, .f64, .i64, .u64: 64
    }
  }

  /// Bytes of one element; nil for types narrower than a byte (F4, F6).
  package var byteWidth: Int? {
    bitWidth.isMultiple(of: 8) ? bitWidth / 8 : nil
  }

  /// Whether elements are real floating-point numbers. C64 (a pair of F32) and the scale format F8_E8M0 count as such
  /// only in part: C64 does not, F8_E8M0 does.
  package var isFloatingPoint: Bool {
    switch self {
    case .f64, .f32, .f16, .bf16, .f8E5M2, .f8E4M3, .f8E8M0, .f8E5M2FNUZ, .f8E4M3FNUZ, .f6E2M3, .f6E3M2, .f4: true
    case .bool, .u8, .i8, .i16, .u16, .i32, .u32, .i64, .u64, .c64: false
    }
  }
}
