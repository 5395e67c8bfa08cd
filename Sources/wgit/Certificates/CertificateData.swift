import Glibc
import Trainer
import WeightStore

/// The data a certificate names: where it lies, and whether it is what the certificate says.
struct CertificateData {
  private let reference: Certificate.DataReference
  private let project: ProjectFiles
  private let folder: DataFolder

  init(_ reference: Certificate.DataReference, project: ProjectFiles, folder: DataFolder) {
    self.reference = reference
    self.project = project
    self.folder = folder
  }

  /// What wgit's own evaluator reads of it: the text that describes the files.
  func descriptionBytes() throws -> [UInt8] {
    switch reference {
    case .tracked(let path, _): return try project.bytes(path)
    case .private:
      let file = try privateFile()
      let byteCount = try file.byteCount()
      guard byteCount <= 1 << 20 else {
        throw CommandError(.invalidData, "'\(reference.path)' is \(byteCount) bytes long, which no description is")
      }
      return try file.read(at: 0, count: byteCount)
    }
  }

  func description() throws -> DatasetDescription {
    try DatasetDescription.parse(String(decoding: descriptionBytes(), as: UTF8.self), name: reference.path)
  }

  /// - Throws: `CommandError.invalidData` if the certificate names another digest.
  func check(_ digest: Digest, of certificate: Certificate) throws {
    guard let expected = reference.sha256, expected != digest.hex else { return }
    throw CommandError(
      .invalidData,
      "the data '\(reference.path)' of certificate '\(certificate.name)' is not what the certificate says: its id is \(digest.hex.prefix(16))…, not "
        + "\(expected.prefix(16))…",
      hint: "look at it: wgit data \(Terminal.escape(reference.path))")
  }

  /// The file itself, for an evaluator of the user's, and its SHA-256. A tracked file of a commit is written out to
  /// `temporaryFolder`.
  func file(temporaryFolder: String) throws -> (path: String, digest: Digest) {
    switch reference {
    case .private(let name, _):
      return (try folder.resolve(name), try LoadedData.digest(of: privateFile()))
    case .tracked(let path, _):
      let bytes = try project.bytes(path)
      let target = "\(temporaryFolder)/\(try RelativePath(path).name)"
      let file = try OpenFile.open(target, flags: O_WRONLY | O_CREAT | O_EXCL)
      try bytes.withUnsafeBytes { try file.write($0) }
      return (target, SHA256.digest(of: bytes))
    }
  }

  /// The SHA-256 of the file.
  func fileDigest() throws -> Digest {
    switch reference {
    case .private: try LoadedData.digest(of: privateFile())
    case .tracked(let path, _): SHA256.digest(of: try project.bytes(path))
    }
  }

  private func privateFile() throws -> OpenFile {
    try OpenFile.open(folder.resolve(reference.path), flags: O_NONBLOCK)
  }
}
