# step: survive
kubectl drain node-1 --ignore-daemonsets --force --delete-emptydir-data
