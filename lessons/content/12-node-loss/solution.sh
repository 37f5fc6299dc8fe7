# step: off
fault node-off node-2

# step: unknown
clock until next

# step: evicted
clock until next

# step: back
fault node-on node-2

# step: cordon
kubectl cordon node-3

# step: drain
kubectl drain node-3 --ignore-daemonsets
kubectl uncordon node-3
