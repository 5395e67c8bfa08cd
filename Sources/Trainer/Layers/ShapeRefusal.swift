/// Why an input shape does not fit a layer; the network adds which layer and which shape.
package struct ShapeRefusal: Error {
  let reason: String
}
