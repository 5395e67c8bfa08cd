/// The presets a user may name.
package enum NetworkPresetRegistry {
  package static let types: [any NetworkPreset.Type] = [
    MLP.self, LeNet.self, MNISTCNN.self, ResNet.self, WideResNet.self,
  ]

  package static func type(named name: String) -> (any NetworkPreset.Type)? { types.first { $0.name == name } }
}
