import Documents
import Trainer
import WeightStore

/// A certificate of a project, with what identifies it.
struct CertificateFile {
  let certificate: Certificate
  let path: String
  /// SHA-256 over the certificate file and what it names beside the data: another description, or another script of an
  /// evaluator, makes another certificate.
  let digest: Digest

  init(_ path: String, in project: ProjectFiles, folder: DataFolder) throws {
    self.path = path
    let text = try project.text(path)
    certificate = try Certificate.parse(text, name: path)
    var digests = [SHA256.digest(of: Array(text.utf8))]
    do {
      switch certificate.evaluator {
      case .trainer:
        digests.append(
          SHA256.digest(of: try CertificateData(certificate.data, project: project, folder: folder).descriptionBytes()))
      case .command(_, let files, _): digests += try files.map { SHA256.digest(of: try project.bytes($0)) }
      }
    } catch let error as StoreError {
      let what = certificate.evaluator == .trainer ? "its data" : "a file of its evaluator"
      throw StoreError(error.code, "\(path) names \(what): \(error.message)", subjects: error.subjects, cause: error)
    }
    digest = SHA256.digest(of: digests.flatMap(\.bytes))
  }

  /// All certificates of a project, or those named, sorted by path.
  ///
  /// - Throws: `CommandError.cannotTest` if there is none.
  static func all(named names: [String] = [], in project: ProjectFiles, folder: DataFolder) throws -> [CertificateFile]
  {
    let found = try project.certificatePaths().map { try CertificateFile($0, in: project, folder: folder) }
    for (index, file) in found.enumerated() {
      if let earlier = found[..<index].first(where: { $0.certificate.name == file.certificate.name }) {
        throw CommandError(
          .invalidData,
          "'\(earlier.path)' and '\(file.path)' are both called '\(file.certificate.name)'", hint: "rename one of them")
      }
    }
    let hint = "describe one in \(ProjectFiles.certificateFolder)/NAME.yaml; 'wgit test --help' shows how"
    for name in names where !found.contains(where: { $0.certificate.name == name }) {
      let near = Spelling.nearest(name, in: found.map(\.certificate.name))
      throw CommandError(
        .cannotTest, "there is no certificate '\(name)'",
        hint: near.map { "did you mean '\(Terminal.escape($0))'?" } ?? hint)
    }
    let wanted = names.isEmpty ? found : found.filter { names.contains($0.certificate.name) }
    guard !wanted.isEmpty else { throw CommandError(.cannotTest, "there is no certificate to test with", hint: hint) }
    return wanted
  }
}
