"""Writes small data files as numpy and safetensors write them.

    pip install numpy safetensors
    python generate.py

Images are [6, 2, 3], or with channels [6, 2, 3, 2] and [6, 2, 2, 3]: element i is 5 i modulo 251. Labels are
2 0 1 1 0 2, domains 7 7 3 3 7 3.
"""

import numpy as np
from safetensors.numpy import save_file

count = 6
images = (5 * np.arange(count * 2 * 3) % 251).astype(np.uint8).reshape(count, 2, 3)
last = (5 * np.arange(count * 2 * 3 * 2) % 251).astype(np.uint8).reshape(count, 2, 3, 2)
labels = np.array([2, 0, 1, 1, 0, 2])
domains = np.array([7, 7, 3, 3, 7, 3])

for descr in ["u1", "i1", "<i2", ">i2", "<u2", "<i4", ">i4", "<i8", "<u8", "<f2", "<f4", ">f4", "<f8", ">f8"]:
    name = descr.replace("<", "little-").replace(">", "big-")
    np.save(f"images-{name}.npy", (images % 128).astype(descr))
np.save("images.npy", images)
np.save("channels-last.npy", last)
np.save("channels-first.npy", np.ascontiguousarray(last.transpose(0, 3, 1, 2)))
np.save("features.npy", images.reshape(count, 6).astype(np.float32) / 4)
np.save("labels.npy", labels)
np.save("labels-column.npy", labels[:, None].astype(np.int16))
np.save("booleans.npy", labels == 2)
np.save("float-labels.npy", labels.astype(np.float64))
np.save("fortran.npy", np.asfortranarray(images))
np.save("objects.npy", np.array([{"a": 1}, None], dtype=object), allow_pickle=True)
np.save("fields.npy", np.array([(1, 2.0)], dtype=[("a", "<i4"), ("b", "<f4")]))
with open("version-2.npy", "wb") as file:
    np.lib.format.write_array(file, images, version=(2, 0))
with open("version-3.npy", "wb") as file:
    np.lib.format.write_array(file, images, version=(3, 0))
for value, name in [(np.nan, "nan"), (np.inf, "infinity")]:
    broken = images.astype(np.float32)
    broken[4, 1, 2] = value
    np.save(f"{name}.npy", broken)

np.savez("stored.npz", images=images, labels=labels, domain=domains)
np.savez_compressed("deflated.npz", images=images, labels=labels, domain=domains)
np.savez("nodomain.npz", images=images, labels=labels)
np.savez("keys.npz", x_train=images, y_train=labels.astype(np.uint8))
np.savez("objects.npz", images=images, labels=np.array(["a", None], dtype=object))
save_file({"images": images, "labels": labels, "domain": domains.astype(np.int32)}, "images.safetensors")
save_file({"images": images.reshape(count, 6).astype(np.float16), "labels": labels}, "features.safetensors")
