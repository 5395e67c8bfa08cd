/// Maps F32 numbers to integers of the same order, negative ones included; NaN is larger than all.
enum OrderedBits {
  static func key(_ value: Float) -> UInt32 {
    let bits = value != value ? 0x7FFF_FFFF : value.bitPattern
    return bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
  }

  static func float(_ key: UInt32) -> Float {
    Float(bitPattern: key & 0x8000_0000 != 0 ? key & 0x7FFF_FFFF : ~key)
  }
}
