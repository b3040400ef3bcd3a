"""The world outside: a seller, his goods, customers, warehouses and carriers, made from a seed.

Belongs here: the physics of that world (`catalog`, `network`, `demand`, `places`, `shipments`, `seller`, `world`)
and the vendors' files it is seen through (`amazon`, `shopify`, `warehouses`, `tracking`, `workbook`, `sample`).
The physics never import the files, so that the same world can be served over the vendors' protocols. Does not belong
here: anything that reads those files for the seller; that is the rest of this repository, of which nothing is
imported here, so that a test that compares both sides compares two independent accounts.
"""
