# step: lost
fault node-off node-1
