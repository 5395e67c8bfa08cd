/// A residual block: y = layers(x) + shortcut(x), where an empty shortcut hands x on.
///
/// ```json
/// {"name": "layer2.0", "type": "Residual", "layers": [{"name": "conv1", "type": "Conv2d", …}, …],
///  "shortcut": [{"name": "downsample.0", "type": "Conv2d", …}]}
/// ```
///
/// Names of the layers inside stand behind the block's: `layer2.0.conv1.weight`. A layer without a name takes its place
/// in its list, `layer2.0.3` or `layer2.0.shortcut.0`.
/// Source: K. He et al., "Deep residual learning for image recognition", CVPR 2016.
package struct Residual: Sendable {
  package static let typeName = "Residual"

  let layers: [NamedLayer]
  let shortcut: [NamedLayer]

  package init(_ layers: [NamedLayer], shortcut: [NamedLayer] = []) {
    self.layers = layers
    self.shortcut = shortcut
  }
}
