# step: off
fault node-off node-1
