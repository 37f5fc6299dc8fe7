# step: off
kubectl cordon node-2
