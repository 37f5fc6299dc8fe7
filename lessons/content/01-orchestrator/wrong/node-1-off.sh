# step: repaired
fault node-off node-1
