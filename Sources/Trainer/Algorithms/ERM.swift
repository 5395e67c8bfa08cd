/// Empirical risk minimisation: the mean loss over all rows of all domains.
///
/// Source: V. Vapnik, "Statistical learning theory", Wiley 1998; `ERM` of DomainBed (I. Gulrajani, D. Lopez-Paz, "In
/// search of lost domain generalization", ICLR 2021).
/// Checked by: AlgorithmTests, against PyTorch.
package struct ERM: Algorithm {
  package static let name = "erm"
  package static let defaults: NamedSettings = [:]

  package init(settings: NamedSettings) {}

  package func objective(_ batch: AlgorithmBatch, step: Int) -> Double { batch.pooledRisk() }
}
