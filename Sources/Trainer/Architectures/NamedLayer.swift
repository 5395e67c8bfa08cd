/// A layer or a block of layers, and the name its parameters bear.
package struct NamedLayer: Sendable {
  package enum Content: Sendable {
    case layer(any Layer)
    case residual(Residual)
  }

  /// nil takes the place in the list, as `nn.Sequential` does.
  package let name: String?
  package let content: Content

  package init(name: String? = nil, _ layer: any Layer) {
    self.name = name
    content = .layer(layer)
  }

  package init(name: String? = nil, _ residual: Residual) {
    self.name = name
    content = .residual(residual)
  }

  var typeName: String {
    switch content {
    case .layer(let layer): type(of: layer).typeName
    case .residual: Residual.typeName
    }
  }

  /// How messages call a layer: `layer 3 "conv2" (Conv2d)`.
  static func subject(place: String, name: String?, typeName: String) -> String {
    "layer \(place)" + (name.map { " " + $0.quoted() } ?? "") + " (\(typeName))"
  }
}
