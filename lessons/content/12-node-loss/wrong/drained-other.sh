# step: drain
kubectl drain node-2 --ignore-daemonsets
