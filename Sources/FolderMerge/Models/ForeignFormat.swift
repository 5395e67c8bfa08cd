/// Checkpoints in formats that are refused, with the reason: pickles, which can run programs, and GGUF, whose elements
/// are quantised in blocks.
enum ForeignFormat: Equatable {
  case pickle
  case gguf

  private static let pickleSuffixes = [".bin", ".pt", ".pth", ".ckpt", ".pkl"]

  init?(name: String) {
    let lower = name.lowercased()
    if lower.hasSuffix(".gguf") {
      self = .gguf
    } else if ForeignFormat.pickleSuffixes.contains(where: lower.hasSuffix) {
      self = .pickle
    } else {
      return nil
    }
  }

  /// By the first bytes: a ZIP archive or a pickle of protocol 2 to 5, as `torch.save` writes; `GGUF`.
  init?(firstBytes bytes: [UInt8]) {
    if bytes.starts(with: Array("GGUF".utf8)) {
      self = .gguf
    } else if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04])
      || (bytes.first == 0x80 && (2...5).contains(bytes.dropFirst().first ?? 0))
    {
      self = .pickle
    } else {
      return nil
    }
  }

  /// Why a folder without safetensors files cannot be read, if one of its files tells.
  static func refusal(of names: [String], in folder: String) -> FolderMergeError? {
    let found = names.compactMap { name in ForeignFormat(name: name).map { (name: name, format: $0) } }
    guard let first = found.first(where: { $0.name.hasPrefix("pytorch_model") }) ?? found.first else { return nil }
    return first.format.refusal(of: "\(folder)/\(first.name)")
  }

  func refusal(of path: String) -> FolderMergeError {
    switch self {
    case .pickle:
      FolderMergeError(
        .pickle, "'\(path)' is a pickle, which can run programs when it is read, so wgit never opens one",
        subjects: [path])
    case .gguf:
      FolderMergeError(
        .quantized, "'\(path)' is a GGUF file: its weights are quantised in blocks and have no element-wise arithmetic",
        subjects: [path])
    }
  }
}
