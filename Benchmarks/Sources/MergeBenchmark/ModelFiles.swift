import Foundation
import Tensors

/// A base and models: files of elements without a header.
final class ModelFiles {
  static let tensorByteCount = 16 << 20

  let dtype: DType
  let tensorCount: Int
  /// The base, then the models.
  let paths: [String]
  /// Their descriptors.
  let inputs: [Int32]
  let output: Int32
  let shape: Shape

  init(_ options: Options) throws {
    dtype = options.dtype
    tensorCount = max(1, options.byteCount / ModelFiles.tensorByteCount)
    shape = try Shape([1024, ModelFiles.tensorByteCount / 1024 / (dtype.byteWidth ?? 1)])
    let folder = URL(filePath: options.folder)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var paths: [String] = []
    for index in 0...options.modelCount {
      let name = "\(dtype.rawValue)-\(tensorCount)-\(index)"
      let path = folder.appending(path: name).path
      if !FileManager.default.fileExists(atPath: path) {
        try ModelFiles.make(path, index: index, dtype: dtype, tensorCount: tensorCount)
      }
      paths.append(path)
    }
    self.paths = paths
    inputs = paths.map { open($0, O_RDONLY) }
    output = open(folder.appending(path: "output").path, O_RDWR | O_CREAT, 0o644)
    guard (inputs + [output]).allSatisfy({ $0 >= 0 }) else { throw Options.Invalid(argument: options.folder) }
  }

  /// Numbers of the sizes that weights have, and for models small changes of them. One tensor's numbers are repeated with
  /// another sign and scale: what is measured does not depend on more.
  private static func make(_ path: String, index: Int, dtype: DType, tensorCount: Int) throws {
    let count = tensorByteCount / (dtype.byteWidth ?? 1)
    let base = CounterRandom(seed: 1, stream: 0)
    let change = CounterRandom(seed: 1, stream: UInt64(index))
    let values = (0..<count).map { position -> Double in
      let value = 0.02 * base.normal(at: UInt64(position))
      return index == 0 ? value : value + 0.001 * change.normal(at: UInt64(position))
    }
    guard FileManager.default.createFile(atPath: path + ".part", contents: nil) else {
      throw Options.Invalid(argument: path)
    }
    let file = try FileHandle(forWritingTo: URL(filePath: path + ".part"))
    for tensor in 0..<tensorCount {
      let scale = (tensor % 2 == 0 ? 1.0 : -1.0) * (1 + Double(tensor % 7))
      try file.write(contentsOf: Data(FloatConversion.bytes(values.map { $0 * scale }, as: dtype)))
    }
    try file.close()
    try FileManager.default.moveItem(atPath: path + ".part", toPath: path)
  }

  /// `cat` of what a merge must read and `cp` of as much as it must write.
  ///
  /// - Returns: their CPU seconds.
  func floor(hasBase: Bool) -> Double {
    let read = paths.dropFirst(hasBase ? 0 : 1).map { "'\($0)'" }.joined(separator: " ")
    let before = childSeconds()
    let script = "cat \(read) > /dev/null; rm -f '\(paths[0]).copy'; cp '\(paths[0])' '\(paths[0]).copy'"
    guard let shell = try? Process.run(URL(filePath: "/bin/sh"), arguments: ["-c", script]) else { return .nan }
    shell.waitUntilExit()
    return childSeconds() - before
  }

  private func childSeconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
    return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
      + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6
  }
}
