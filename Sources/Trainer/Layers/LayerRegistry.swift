/// The layers a network definition may name.
enum LayerRegistry {
  static let types: [any Layer.Type] = [
    BatchNorm2d.self, Conv2d.self, Dropout.self, Flatten.self, GroupNorm.self, Linear.self, MaxPool2d.self, ReLU.self,
  ]

  static func type(named name: String) -> (any Layer.Type)? {
    types.first { $0.typeName == name }
  }
}
