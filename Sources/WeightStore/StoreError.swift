#if canImport(Glibc)
  import Glibc
#endif

/// What went wrong in the repository, as a fact: no hint, no exit code. The command layer adds those.
package struct StoreError: Error, Sendable {
  package enum Code: String, Sendable, CaseIterable {
    case notARepository
    case alreadyARepository
    case unsupportedFormat
    case foreignOwner
    case lostDatabase
    case busy
    case inputOutput
    /// The disk failed at a moment when a change may have happened or not.
    case outcomeUnknown
    case diskFull
    case permissionDenied
    case missingFile
    case missingObject
    case corruptObject
    case corruptPack
    case malformedObject
    case malformedFile
    case unsupportedFile
    case unsafePath
    case unknownPath
    case ignoredPath
    case unknownRevision
    case ambiguousRevision
    case invalidName
    case branchExists
    case unknownBranch
    case branchInUse
    case branchNotMerged
    case branchMoved
    case unbornBranch
    case detachedHead
    case nothingToCommit
    case nothingToUndo
    case wouldOverwrite
    case unrelatedHistories
    case severalMergeBases
    case mergeConflict
    case mergeInProgress
    case noOpenMerge
    case idlePattern
    case quantized
  }

  package let code: Code
  /// What failed first, with the quoted subject and the numbers.
  package let message: String
  /// Single items the message is about: paths, tensors, candidates.
  package let subjects: [String]
  /// The error of a lower layer that caused this one.
  package let cause: (any Error & Sendable)?

  package init(
    _ code: Code, _ message: String, subjects: [String] = [], cause: (any Error & Sendable)? = nil
  ) {
    self.code = code
    self.message = message
    self.subjects = subjects
    self.cause = cause
  }

  /// The fact of a failed system call: `errno` decides between "disk full", "permission" and the rest.
  package static func system(_ action: String, _ path: String, errno number: Int32) -> StoreError {
    let reason = String(cString: strerror(number))
    let code: Code =
      switch number {
      case ENOSPC, EDQUOT: .diskFull
      case EACCES, EPERM, EROFS: .permissionDenied
      case ENOENT, ENOTDIR: .missingFile
      case ELOOP: .unsafePath
      default: .inputOutput
      }
    return StoreError(code, "cannot \(action) '\(path)': \(reason)")
  }
}
