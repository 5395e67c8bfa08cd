import Documents

/// The formats a description may name.
enum DatasetFormatRegistry {
  static let types: [any DatasetFormat.Type] = [
    IDXFormat.self, NPYFormat.self, NPZFormat.self, SafetensorsFormat.self, CSVFormat.self, TSVFormat.self,
    FolderFormat.self, TextFormat.self,
  ]

  static var names: [String] { types.map { $0.name } }

  static func format(yaml: YAMLMapping, context: DatasetFormatContext) throws -> any DatasetFormat {
    let name = try yaml.string("format")
    guard let type = types.first(where: { $0.name == name }) else {
      throw yaml.invalidValue(of: "format", mustBe: "one of \(names.joined(separator: ", "))")
    }
    return try type.init(yaml: yaml, context: context)
  }
}
