# step: node
fault node-off control-plane-1
