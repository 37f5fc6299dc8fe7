# step: repaired
fault node-off node-3
clock advance 100s
fault node-on node-3
clock step visible
