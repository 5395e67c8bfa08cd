/// The layers a network definition may name.
package enum LayerRegistry {
  static let types: [any Layer.Type] = [
    AvgPool2d.self, BatchNorm2d.self, Conv2d.self, Dropout.self, Embedding.self, Flatten.self, GELU.self,
    GlobalAvgPool.self, GroupNorm.self, LayerNorm.self, Linear.self, MaxPool2d.self, ReLU.self, ReLU6.self, SiLU.self,
    Tanh.self,
  ]

  package static var names: [String] { types.map { $0.typeName } }

  static func type(named name: String) -> (any Layer.Type)? {
    types.first { $0.typeName == name }
  }
}
