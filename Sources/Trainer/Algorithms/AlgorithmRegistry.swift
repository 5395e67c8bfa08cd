/// The algorithms a task may name.
package enum AlgorithmRegistry {
  static let types: [any Algorithm.Type] = [
    ERM.self, Mixup.self, CORAL.self, GroupDRO.self, VREx.self, IRM.self, MMD.self, SpectralDecoupling.self,
    IBERM.self,
  ]

  package static func type(named name: String) -> (any Algorithm.Type)? { types.first { $0.name == name } }

  package static var names: [String] { types.map { $0.name } }
}
