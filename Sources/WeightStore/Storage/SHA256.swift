import CCrypto

/// SHA-256 by libcrypto, which uses the CPU's SHA instructions where they exist.
package final class SHA256 {
  private let context: OpaquePointer

  package init() throws(StoreError) {
    guard let context = EVP_MD_CTX_new() else { throw StoreError(.inputOutput, "libcrypto cannot start a SHA-256") }
    self.context = context
    guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      throw StoreError(.inputOutput, "libcrypto cannot start a SHA-256")
    }
  }

  deinit { EVP_MD_CTX_free(context) }

  package func update(_ bytes: UnsafeRawBufferPointer) {
    // Fails only on a context that was never initialised, which `init` excludes.
    _ = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  /// Ends the hash; call it once.
  package func finish() -> Digest {
    var bytes = [UInt8](repeating: 0, count: Digest.byteCount)
    EVP_DigestFinal_ex(context, &bytes, nil)
    return Digest(bytes: bytes) ?? .zero
  }

  package static func digest(of bytes: UnsafeRawBufferPointer) -> Digest {
    var digest = [UInt8](repeating: 0, count: Digest.byteCount)
    EVP_Digest(bytes.baseAddress, bytes.count, &digest, nil, EVP_sha256(), nil)
    return Digest(bytes: digest) ?? .zero
  }

  package static func digest(of bytes: [UInt8]) -> Digest {
    bytes.withUnsafeBytes { digest(of: $0) }
  }
}
