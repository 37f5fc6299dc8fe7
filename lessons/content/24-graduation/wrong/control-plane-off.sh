# step: survive
fault node-off control-plane-1
