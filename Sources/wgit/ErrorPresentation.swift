import ArgumentParser
import Checkpoints
import Documents
import FolderMerge
import Glibc
import Merging
import Tensors
import Tokenizers
import Trainer
import WeightStore

/// The one place that turns facts into words, hints and exit codes.
package enum ErrorPresentation {
  package struct Shown {
    package let status: ExitStatus
    package let message: String
    package var details: [String] = []
    package var hint: String?
  }

  /// Prints what went wrong and what to type next, then ends the process.
  static func exit(with error: any Error) -> Never {
    guard let shown = present(error) else { exitAsParser(error) }
    Terminal.message("error: \(Terminal.escape(shown.message))")
    let limit = 20
    for detail in shown.details.prefix(limit) { Terminal.message("  \(Terminal.escape(detail))") }
    if shown.details.count > limit { Terminal.message("  … and \(shown.details.count - limit) more") }
    if let hint = shown.hint { Terminal.message("hint: \(hint)") }
    Glibc.exit(shown.status.rawValue)
  }

  /// Help on standard output; what was typed wrongly as every other error.
  private static func exitAsParser(_ error: any Error) -> Never {
    let text = Terminal.escapeLines(Wgit.fullMessage(for: error))
    let code = Wgit.exitCode(for: error)
    if code == .success {
      Terminal.print(text)
    } else if !text.isEmpty {
      let prefix = "Error: "
      let rest = text.dropFirst(text.hasPrefix(prefix) ? prefix.count : 0)
      // Only a first word that is a sentence's, not a name: the second letter is small.
      let isSentence = rest.dropFirst().first?.isLowercase == true || rest.hasPrefix("A ")
      let first = isSentence ? rest.prefix(1).lowercased() : String(rest.prefix(1))
      Terminal.message("error: " + first + rest.dropFirst())
    }
    Glibc.exit(code.rawValue)
  }

  /// `nil` for what the argument parser itself presents: help, usage, exit codes.
  package static func present(_ error: any Error) -> Shown? {
    switch error {
    // A negative answer that was printed as a result.
    case is ExitCode: nil
    case let error as CommandError:
      Shown(status: error.exitStatus, message: error.message, details: error.details, hint: error.hint)
    case let error as StoreError: store(error)
    case let error as TrainerError: trainer(error)
    case let error as DocumentError: document(error)
    case let error as CheckpointError: Shown(status: .invalidData, message: error.message)
    case let error as MergeError: merge(error)
    case let error as FolderMergeError: folderMerge(error)
    case let error as TokenizerError: Shown(status: .invalidData, message: error.message)
    case let error as TensorError: Shown(status: .invalidData, message: error.message)
    case is ExitCode: nil
    default:
      Wgit.exitCode(for: error) == .failure
        ? Shown(status: .bug, message: "an error that wgit does not know: \(error)", hint: "please report this")
        : nil
    }
  }

  private static func document(_ error: DocumentError) -> Shown {
    let near = error.key.flatMap { Spelling.nearest($0, in: error.knownKeys) }
    return Shown(
      status: .invalidData, message: error.description, hint: near.map { "did you mean '\(Terminal.escape($0))'?" })
  }

  private static func merge(_ error: MergeError) -> Shown {
    let near = error.word.flatMap { Spelling.nearest($0, in: error.candidates) }
    return Shown(
      status: status(error.code), message: error.message,
      hint: near.map { "did you mean '\($0)'?" }
        ?? (error.code == .unknownRecipe ? "'wgit merge --list' describes the strategies" : nil))
  }

  static func status(_ code: MergeError.Code) -> ExitStatus {
    switch code {
    case .unknownRecipe, .unknownParameter, .badParameter, .badWeight, .badWeightSum, .modelCountMismatch,
      .noIngredients, .baseRequired, .companionRequired:
      .usage
    case .conflict, .shapeMismatch: .negative
    case .unsupportedDType, .sizeMismatch: .invalidData
    }
  }

  private static func trainer(_ error: TrainerError) -> Shown {
    switch error.code {
    case .blasUnavailable:
      Shown(status: .unavailable, message: error.message, hint: "apt-get install libopenblas0")
    case .imageLibraryUnavailable:
      Shown(status: .unavailable, message: error.message, hint: "apt-get install libturbojpeg0 libpng16-16")
    case .cancelled: Shown(status: .interrupted, message: error.message)
    case .dataFileMissing:
      Shown(
        status: .notFound, message: error.message,
        hint: "name the folder: --data FOLDER, WGIT_DATA=FOLDER or 'wgit config data.folder FOLDER'")
    case .ioFailure: Shown(status: .inputOutput, message: error.message)
    case .nonFiniteLoss:
      Shown(status: .negative, message: error.message, hint: "nothing was committed; try a smaller --learning-rate")
    case .classCountMismatch, .inputOutOfRange, .insufficientRows, .labelOutOfRange, .malformedAdapter,
      .malformedDataFile, .malformedDescription,
      .malformedNetwork, .malformedTask, .missingParameter, .resourceLimit, .unexpectedParameter, .unknownDomain,
      .unfitSnapshot, .unmatchedPattern, .shapeMismatch, .wrongParameterShape:
      Shown(status: .invalidData, message: error.message)
    }
  }

  private static func folderMerge(_ error: FolderMergeError) -> Shown {
    let status: ExitStatus =
      switch error.code {
      case .modelNotFound: .notFound
      case .noWeights, .severalCheckpoints, .pickle, .quantized, .malformedModel, .badAdapter: .invalidData
      case .wrongKind, .badRequest, .companionMissing, .outputExists: .usage
      case .conflict, .tokenizerConflict, .nonFinite: .negative
      case .inputOutput: .inputOutput
      case .cancelled: .interrupted
      }
    let isList = error.code == .conflict || error.code == .severalCheckpoints || error.code == .nonFinite
    return Shown(
      status: status, message: error.message, details: isList ? error.subjects : [], hint: folderMergeHint(error))
  }

  private static func folderMergeHint(_ error: FolderMergeError) -> String? {
    let subject = error.subjects.first.map(Terminal.escape) ?? "MODEL"
    switch error.code {
    case .modelNotFound:
      return
        "name a safetensors file or a folder; from the Hugging Face hub: hf download OWNER/MODEL --local-dir FOLDER"
    case .pickle:
      return "convert it, if you trust it: python -c \"import torch, safetensors.torch as s; "
        + "s.save_file(torch.load('\(subject)', weights_only=True), 'model.safetensors')\""
    case .quantized: return "merge the unquantised model, then quantise the result"
    case .severalCheckpoints: return "name one of them"
    case .wrongKind:
      return "apply an adapter to its base: wgit merge --strategy lora --base MODEL --output FOLDER ADAPTER"
    case .outputExists: return "choose another name, or replace an earlier merge: wgit merge --force …"
    case .conflict:
      return error.subjects.contains { $0.hasSuffix("models") }
        ? "say what to do with tensors that not all have: wgit merge --missing take … (or drop), or name the --base"
        : nil
    case .nonFinite: return "find the model that holds them, or merge without --strict"
    case .badRequest: return error.message.contains("needs a base") ? "name it: wgit merge --base MODEL …" : nil
    case .companionMissing:
      return "give a safetensors file for each model: --\(subject) FILE --\(subject) FILE …, with --output"
    case .noWeights, .malformedModel, .badAdapter, .tokenizerConflict, .inputOutput, .cancelled: return nil
    }
  }

  private static func store(_ error: StoreError) -> Shown {
    Shown(
      status: status(error.code), message: error.message, details: details(error), hint: hint(error))
  }

  static func status(_ code: StoreError.Code) -> ExitStatus {
    switch code {
    case .notARepository, .missingFile, .unknownPath, .unknownRevision, .ambiguousRevision, .unknownBranch,
      .unbornBranch:
      .notFound
    case .lostDatabase, .corruptObject, .corruptPack, .malformedObject, .malformedFile, .unsupportedFile,
      .unsupportedFormat, .missingObject, .unsafePath, .quantized:
      .invalidData
    case .alreadyARepository, .invalidName, .branchExists, .branchInUse, .detachedHead, .noOpenMerge, .idlePattern:
      .usage
    case .busy, .branchMoved: .busy
    case .inputOutput, .outcomeUnknown, .diskFull: .inputOutput
    case .permissionDenied, .foreignOwner: .permission
    case .nothingToCommit, .nothingToUndo, .wouldOverwrite, .mergeConflict, .mergeInProgress, .unrelatedHistories,
      .severalMergeBases, .branchNotMerged, .ignoredPath:
      .negative
    }
  }

  /// Lists worth showing below the message.
  private static func details(_ error: StoreError) -> [String] {
    switch error.code {
    case .wouldOverwrite, .mergeConflict, .ambiguousRevision, .severalMergeBases, .mergeInProgress: error.subjects
    default: []
    }
  }

  static func hint(_ error: StoreError) -> String? {
    let heads = "refs/heads/"
    let subject = error.subjects.first.map {
      Terminal.escape($0.hasPrefix(heads) ? String($0.dropFirst(heads.count)) : $0)
    }
    switch error.code {
    case .notARepository: return "make one here: wgit init"
    case .unknownRevision, .unknownBranch:
      let quoted = error.message.split(separator: "'").dropFirst().first ?? ""
      let word = String(quoted.prefix { $0 != "~" && $0 != "^" })
      let near = Spelling.nearest(word, in: error.subjects.filter { $0 != word })
      if let near { return "did you mean '\(Terminal.escape(near))'?" }
      return "list branches with 'wgit branch', commits with 'wgit log --all --oneline'"
    case .unbornBranch: return "make the first commit: wgit add . && wgit commit -m \"…\""
    case .ambiguousRevision: return "type more digits"
    case .nothingToUndo: return "see what there is: wgit op log"
    case .nothingToCommit: return "stage changes first: wgit add FILE…"
    case .wouldOverwrite:
      return "commit them (wgit commit -a), drop them (wgit restore FILE) or move untracked files away"
    case .branchExists: return "choose another name, or look at it: wgit log \(subject ?? "BRANCH")"
    case .branchNotMerged: return "delete it anyway: wgit branch -D \(subject ?? "BRANCH")"
    case .branchInUse: return "switch to another branch first: wgit switch BRANCH"
    case .busy, .branchMoved: return "try again"
    case .lostDatabase: return "build it anew from the packs: wgit fsck --repair"
    case .diskFull: return "no branch has moved; free some space and run the command again"
    case .outcomeUnknown: return "the repository is as it was before or after the command: see which with 'wgit op log'"
    case .foreignOwner: return "if you trust its owner: wgit config --global safe.anyOwner true"
    case .corruptObject, .corruptPack, .missingObject: return "see what is hurt: wgit fsck"
    case .unsupportedFile: return "copy what it leads to: cp -L FILE NEW-FILE"
    case .malformedFile: return "the file was not stored; write it again, for instance with safetensors.torch.save_file"
    case .mergeConflict: return "nothing was changed; make the files agree, then merge again"
    case .mergeInProgress: return "finish it: wgit merge --continue; or give it up: wgit merge --abort"
    case .noOpenMerge: return "start one: wgit merge REV"
    case .severalMergeBases: return "choose one: --base \(subject.map { String($0.prefix(10)) } ?? "REV")"
    case .unrelatedHistories:
      return "say what they were made from (--base REV), or average them (--strategy ratatouille)"
    case .quantized:
      return "merge the unquantised models, then quantise the result; or take one side: --resolve '*=ours' (or theirs)"
    case .idlePattern: return "patterns are like 'lm_head.*'; wgit merge --dry-run shows names"
    case .unsupportedFormat: return "a newer version can read it"
    case .ignoredPath: return "to track it all the same: wgit add --force \(subject ?? "FILE")"
    case .unknownPath: return "wgit status and wgit show list what there is"
    case .invalidName: return "names are made of parts like 'target/a': no spaces, no '..', none of ~ ^ : ? * [ \\"
    case .alreadyARepository, .detachedHead, .inputOutput, .permissionDenied, .missingFile, .malformedObject,
      .unsafePath:
      return nil
    }
  }
}
