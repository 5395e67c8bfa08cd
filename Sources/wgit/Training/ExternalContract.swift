import Glibc
import WeightStore

/// What another program is told when it is to train, in its environment. docs/external-trainers.md describes it.
struct ExternalContract {
  /// The weights to start from, in a folder with the files that stand beside them in the revision.
  let initialWeights: String
  /// Where the new weights are to be written, in an empty folder.
  let output: String
  let dataFolder: String
  let taskFile: String?
  let options: RunOptions

  static let progressDescriptor: Int32 = 3

  var environment: [String: String] {
    var variables = ChildProcess.inheritedEnvironment()
    variables["WGIT_INIT"] = initialWeights
    variables["WGIT_OUT"] = output
    variables["WGIT_DATA"] = dataFolder
    variables["WGIT_SEED"] = "\(options.seed)"
    variables["WGIT_TASK"] = taskFile ?? ""
    variables["WGIT_THREADS"] = "\(Environment.threadCount)"
    let given: [(String, String?)] = [
      ("WGIT_STEPS", options.steps.map { "\($0)" }), ("WGIT_LEARNING_RATE", options.learningRate.map { "\($0)" }),
      ("WGIT_WEIGHT_DECAY", options.weightDecay.map { "\($0)" }), ("WGIT_BATCH", options.batch.map { "\($0)" }),
    ]
    for (name, value) in given { variables[name] = value }
    return variables
  }

  /// Options that only wgit's own trainer can obey.
  static func refused(_ options: RunOptions) -> String? {
    let own: [(String, Bool)] = [
      ("--algorithm", options.algorithm != nil), ("--linear-probe", options.linearProbe != nil),
      ("--probe-only", options.probeOnly), ("--freeze", !options.freeze.isEmpty), ("--train", !options.train.isEmpty),
      ("--lora", options.lora != nil), ("--merge-lora", options.mergeLora), ("--average", options.average != nil),
      ("--dropout", options.dropout != nil),
    ]
    return own.first { $0.1 }?.0
  }
}
