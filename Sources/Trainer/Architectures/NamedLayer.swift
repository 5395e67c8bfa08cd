/// A layer and the name its parameters bear.
package struct NamedLayer: Sendable {
  package let name: String?
  package let layer: any Layer

  package init(name: String? = nil, _ layer: any Layer) {
    self.name = name
    self.layer = layer
  }
}
