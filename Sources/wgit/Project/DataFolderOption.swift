import ArgumentParser
import Trainer
import WeightStore

/// Where data-set files are: `--data`, else WGIT_DATA, else the setting data.folder, else the project folder.
struct DataFolderOption: ParsableArguments {
  @Option(help: ArgumentHelp("The folder with the data-set files.", valueName: "folder"))
  var data: String?

  func resolve(_ repository: Repository) throws -> DataFolder {
    let configured = try data ?? Environment.variable("WGIT_DATA") ?? Configuration.load(repository)["data.folder"]
    return DataFolder(configured ?? repository.working.path)
  }
}
