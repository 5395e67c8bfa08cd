/// What a layer of the whole batch keeps between its passes, of a size that depends on the batch.
///
/// A pass makes one for each such layer and hands it to the layer again with every batch; no two batches use it at once.
package protocol LayerWorkspace: AnyObject, Sendable {}
