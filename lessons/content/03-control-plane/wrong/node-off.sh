# step: door
fault node-off control-plane-1
