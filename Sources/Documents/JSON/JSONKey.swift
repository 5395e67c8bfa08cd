/// A string compared by its UTF-8 bytes. Swift's own comparison equates canonically equivalent texts (é in one scalar
/// or two), which neither JSON nor the names of tensors do.
package struct JSONKey: Hashable, Comparable, Sendable {
  package let text: String

  package init(_ text: String) {
    self.text = text
  }

  package static func == (left: JSONKey, right: JSONKey) -> Bool {
    // Texts that differ for Swift differ in bytes too, and it finds that out faster.
    left.text.utf8.count == right.text.utf8.count && left.text == right.text
      && left.text.utf8.elementsEqual(right.text.utf8)
  }

  package static func < (left: JSONKey, right: JSONKey) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    let combined: Void? = text.utf8.withContiguousStorageIfAvailable { bytes in
      hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
    }
    if combined == nil {
      for byte in text.utf8 { hasher.combine(byte) }
    }
    hasher.combine(UInt8(0xFF))
  }
}
