/// The files of an adapter's folder.
enum AdapterFiles {
  static let configuration = "adapter_config.json"
  static let weights = "adapter_model.safetensors"
  static let pickle = "adapter_model.bin"
}
