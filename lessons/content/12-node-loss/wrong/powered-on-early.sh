# step: unknown
fault node-on node-2
