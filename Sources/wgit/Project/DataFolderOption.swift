import ArgumentParser
import Trainer
import WeightStore

/// Where data-set files are: `--data`, else WGIT_DATA, else the setting data.folder, else the project folder.
struct DataFolderOption: ParsableArguments {
  @Option(help: ArgumentHelp("The folder with the data-set files.", valueName: "folder"), completion: .directory)
  var data: String?

  /// As `resolve`, also outside a repository, where the current folder takes the project folder's place.
  func resolve() throws -> DataFolder {
    do {
      return try resolve(Environment.openRepository())
    } catch let error as StoreError where error.code == .notARepository {
      return DataFolder(data ?? Environment.variable("WGIT_DATA") ?? ".")
    }
  }

  func resolve(_ repository: Repository) throws -> DataFolder {
    let configured = try data ?? Environment.variable("WGIT_DATA") ?? Configuration.load(repository)["data.folder"]
    return DataFolder(configured ?? repository.working.path)
  }
}
