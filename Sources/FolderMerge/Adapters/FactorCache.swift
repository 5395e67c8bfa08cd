import Merging
import Synchronization

/// Holds the factors that are in use: a large model has hundreds of pairs, and only those of the tensors being merged
/// are needed.
final class FactorCache: Sendable {
  /// Tensors whose factors stay in memory.
  private static let capacity = 4

  private let recent = Mutex<[any LoadedLater]>([])

  /// Notes a use, and lets go of what was used longest ago.
  fileprivate func touch(_ factors: any LoadedLater) {
    let dropped = recent.withLock { recent -> (any LoadedLater)? in
      if recent.last === factors { return nil }
      recent.removeAll { $0 === factors }
      recent.append(factors)
      return recent.count > FactorCache.capacity ? recent.removeFirst() : nil
    }
    dropped?.unload()
  }
}

private protocol LoadedLater: AnyObject, Sendable {
  func unload()
}

/// Factors that are read when they are first needed.
final class LazyFactors<Element: AdapterElement>: LoadedLater {
  private let loaded = Mutex<LowRankFactors<Element>?>(nil)
  private let cache: FactorCache
  private let load: @Sendable () throws -> LowRankFactors<Element>

  init(_ cache: FactorCache, load: @escaping @Sendable () throws -> LowRankFactors<Element>) {
    self.cache = cache
    self.load = load
  }

  func factors() throws -> LowRankFactors<Element> {
    let factors = try loaded.withLock { loaded in
      if let loaded { return loaded }
      let new = try load()
      loaded = new
      return new
    }
    cache.touch(self)
    return factors
  }

  func unload() {
    loaded.withLock { $0 = nil }
  }
}
