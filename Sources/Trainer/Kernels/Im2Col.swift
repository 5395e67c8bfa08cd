/// columns[p, (ky, kx, c)] <- image[y(p) + ky, x(p) + kx, c], zero outside the image.
///
/// Shapes: image [H, W, C], columns [outputHeight x outputWidth, kernelSize x kernelSize x C].
/// Cost: memory-bound, one copy of kernelSize x C floats for each window row.
func im2col(
  _ image: UnsafePointer<Float>, _ geometry: WindowGeometry, into columns: UnsafeMutablePointer<Float>
) {
  if geometry.padding > 0 {
    columns.update(repeating: 0, count: geometry.positionCount * geometry.windowCount)
  }
  geometry.forEachRun { source, target, count in
    (columns + target).update(from: image + source, count: count)
  }
}

/// image[y(p) + ky, x(p) + kx, c] <- sum of columns[p, (ky, kx, c)] over the windows that see it: im2col's adjoint.
///
/// Shapes as `im2col`; `image` is overwritten.
/// DType: f32, accumulated in f32 in window order.
func col2im(
  _ columns: UnsafePointer<Float>, _ geometry: WindowGeometry, into image: UnsafeMutablePointer<Float>
) {
  image.update(repeating: 0, count: geometry.inputCount)
  geometry.forEachRun { target, source, count in
    let from = columns + source
    let to = image + target
    for index in 0..<count { to[index] += from[index] }
  }
}
