/// An image of a data set's files and the label it has there.
package struct LabelledImage: Sendable, Equatable {
  package let image: Int
  package let label: Int32
}
