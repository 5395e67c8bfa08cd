import Documents
import Glibc
import Merging
import Trainer
import WeightStore

/// What `--align` takes for granted of a network: which axes of its tensors may be reordered together.
enum NetworkAlignment {
  /// Of the network that is checked out.
  static func spec(_ repository: Repository, networkPath: String = "network.json") throws -> PermutationSpec {
    guard let head = try repository.headCommitID() else {
      throw StoreError(.unbornBranch, "there is no commit to align with yet")
    }
    let network: NetworkDefinition
    do {
      network = try NetworkDefinition(json: JSONParser.parse(ProjectFiles.commit(repository, head).bytes(networkPath)))
    } catch let error as StoreError where error.code == .unknownPath {
      throw CommandError(
        .usage, "--align reads \(networkPath), which is not there",
        hint: "describe which axes belong together in a file: --align-by FILE.json")
    }
    let layers: [UnitLayer]
    do {
      layers = try network.unitLayers()
    } catch let error as TrainerError {
      throw CommandError(
        .usage, "'\(networkPath)' is no plain chain of layers: \(error.message)",
        hint: "describe which axes belong together in a file: --align-by FILE.json")
    }
    let spec = PermutationSpec(sequential: layers.map(layer))
    return spec.only(Set(network.tensors.map(\.name)))
  }

  /// As a file says.
  static func spec(file: String) throws -> PermutationSpec {
    let opened = try OpenFile.open(file, flags: O_RDONLY | O_NONBLOCK)
    do {
      return try PermutationSpec(json: JSONParser.parse(opened.read(at: 0, count: try opened.byteCount())))
    } catch let error as MergeError {
      throw CommandError(.invalidData, "'\(file)': \(error.message)")
    } catch var error as DocumentError {
      error.name = file
      throw error
    }
  }

  private static func layer(_ layer: UnitLayer) -> PermutationSpec.Layer {
    switch layer {
    case .linear(let name): .linear(name: name, hasBias: true)
    case .convolution(let name): .convolution(name: name, hasBias: true)
    case .normalization(let name): .normalization(name: name)
    case .flatten(let pixelCount): .flatten(pixelCount: pixelCount)
    }
  }
}
