import Checkpoints
import Documents

/// `format: safetensors`: files with the tensors `images`, `labels` and perhaps `domain`, read piece by piece.
struct SafetensorsFormat: DatasetFormat {
  static let name = "safetensors"

  private let files: ArchiveFiles

  init(yaml: YAMLMapping, context: DatasetFormatContext) throws {
    files = try ArchiveFiles(yaml: yaml, context: context)
  }

  func fileNames(in folder: DataFolder) -> [String] { files.fileNames }

  func read(from folder: DataFolder) throws -> FileExamples {
    try files.read(from: folder) { file in
      let header = try SafetensorsFormat.header(of: file)
      return { key in
        try header.tensors.first { $0.name == key }.map { tensor in
          try DataArray(
            file: file, name: "\(file.name)/\(key)", dtype: tensor.dtype, dimensions: tensor.shape.dimensions,
            offset: tensor.byteRange.lowerBound)
        }
      }
    }
  }

  private static func header(of file: DataFile) throws -> SafetensorsHeader {
    do {
      return try SafetensorsHeader.read(fileByteCount: file.byteCount) { try file.read(at: $0, count: $1) }
    } catch let error as CheckpointError {
      throw TrainerError(.malformedDataFile, "\(file.name.quoted()): \(error.message)")
    }
  }
}
